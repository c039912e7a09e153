"""Model: the simulated company, a wholesaler whose sales grow while its profit falls, with the truth about itself."""

from goodterms.demo.company import Company, build_company
from goodterms.demo.parameters import Parameters, read_parameters

__all__ = ["Company", "Parameters", "build_company", "read_parameters"]
