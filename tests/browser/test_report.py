"""The report in a browser: what works without a network, by pointer and by keyboard, on a desk and on a phone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.report.sample import sample_result

from goodterms.report import write_report

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
if not Path(CHROMIUM).exists():
    pytest.skip("there is no Chromium", allow_module_level=True)
from playwright.sync_api import expect, sync_playwright  # noqa: E402  (only where a browser is)

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report(sample_result(hostile=True), folder)
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser, address):
    """Opens the report; at the end nothing was said on the console and nothing but the file was asked for."""
    contexts, said, asked = [], [], []

    def opened(width=1440, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []
    assert set(asked) == {address}


def names(page, listed):
    return page.locator(f"#t-{listed} tbody tr > th.who > :first-child").all_inner_texts()


def amounts(page, listed, column):
    texts = page.locator(f"#t-{listed} tbody tr > td:nth-child({column})").all_inner_texts()
    return [float(text.replace(",", "").replace("−", "-").replace("+", "")) for text in texts]


def column_of(page, listed, title):
    return 1 + [re.sub(r"\s+", " ", t).strip() for t in page.locator(f"#t-{listed} thead tr:first-child th").all_inner_texts()].index(title)


def test_a_head_sorts_and_sorts_back(open_page):
    page = open_page()
    column = column_of(page, "customers", "Sales 2013")
    head = page.locator(f"#t-customers thead tr:first-child th:nth-child({column})")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rising = amounts(page, "customers", column)
    assert rising == sorted(rising)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    falling = amounts(page, "customers", column)
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > rising[0]


def test_the_first_order_is_lowest_profit_first_as_the_page_was_written(open_page):
    page = open_page()
    column = column_of(page, "customers", "Net profit 2013")
    shown = amounts(page, "customers", column)
    assert shown == sorted(shown)
    with_script = names(page, "customers")
    without = open_page(java_script_enabled=False)
    assert without.locator("#t-customers tbody tr > th.who > span").all_inner_texts() == with_script[:50]


def test_search_and_filters_narrow_the_list_and_its_sum(open_page):
    page = open_page()
    key = page.locator("#t-customers tbody th.who small").nth(3).inner_text()
    page.get_by_label("Search customers").fill(key.lower())
    expect(page.locator('[data-count="customers"]')).to_have_text("1 customer")
    column = column_of(page, "customers", "Sales 2013")
    assert page.locator(f"#t-customers .sumrow > :nth-child({column})").inner_text() == page.locator(f"#t-customers tbody td:nth-child({column})").inner_text()
    page.get_by_label("Search customers").fill("nobody is called this")
    expect(page.locator("#t-customers tbody")).to_have_text("No customer matches. Clear the search or a filter.")
    page.get_by_label("Search customers").fill("")
    page.get_by_label("Segment of customers").select_option("Warehouse")
    segments = page.locator(f"#t-customers tbody td:nth-child({column_of(page, 'customers', 'Segment')})").all_inner_texts()
    assert set(segments) == {"Warehouse"}
    page.get_by_label("State of customers").select_option("losing")
    assert all(amount < 0 for amount in amounts(page, "customers", column_of(page, "customers", "Net profit 2013")))


def test_the_rest_of_a_long_list_is_one_button_away(open_page):
    page = open_page()
    assert len(names(page, "customers")) == 50
    page.locator("#customers .more button").click()
    assert len(names(page, "customers")) == 60


def test_a_bar_opens_who_is_behind_it_by_pointer_and_closes_again(open_page):
    page = open_page()
    panel = page.locator("#bar-0")
    expect(panel).to_be_hidden()
    label = page.locator('.wfl [data-opens="bar-0"]')
    page.locator('svg [data-opens="bar-0"]').click()
    expect(panel).to_be_visible()
    expect(label).to_have_attribute("aria-expanded", "true")
    assert panel.locator("tbody tr").count() >= 2
    label.click()
    expect(panel).to_be_hidden()


def test_arrow_keys_walk_the_bars_aloud_and_enter_opens_one(open_page):
    page = open_page()
    chart = page.locator("#bridge svg[data-points]")
    chart.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#live")).to_contain_text("New customers")
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#bar-0")).to_be_visible()


def test_a_customer_opens_to_its_waterfall_and_to_how_it_was_made(open_page):
    page = open_page()
    page.locator("#t-customers .opener").first.click()
    detail = page.locator("#t-customers .detail")
    for heading in ("Where the money goes", "How these figures were made", "Its part of the bridge", "Products that moved its margin most"):
        expect(detail.get_by_role("heading", name=re.compile(heading))).to_be_visible()
    expect(detail).to_contain_text("Account rows of")
    expect(detail).to_contain_text("goodterms trace")
    page.locator("#t-customers .opener").first.click()
    expect(detail).to_have_count(0)


def test_one_of_the_ten_leads_to_its_row(open_page):
    page = open_page()
    link = page.locator("#worst-products a").first
    name = link.inner_text()
    link.click()
    assert names(page, "products") == [name]
    expect(page.locator("#t-products .detail")).to_be_visible()


def test_a_chart_is_a_table_too(open_page):
    page = open_page()
    page.locator("#whale").get_by_role("button", name="Table").click()
    expect(page.locator("#whale table")).to_be_visible()
    expect(page.locator("#whale .as-chart")).to_be_hidden()


def test_a_pool_opens_to_its_accounts(open_page):
    page = open_page()
    account = page.locator("#pools .account").first
    expect(account).to_be_hidden()
    page.locator("#pools [data-accounts]").first.click()
    expect(account).to_be_visible()


def test_a_phone_never_scrolls_sideways_and_sees_the_bridge_as_a_table(open_page):
    page = open_page(390, 844)
    page.locator("#bridge table.hb .link").first.click()
    page.locator("#t-customers .opener").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#bridge table.hb")).to_be_visible()
    expect(page.locator("#bridge svg.wf")).to_be_hidden()
    page.locator("#bridge table.hb .link").first.scroll_into_view_if_needed()
    expect(page.locator("#bar-0")).to_be_visible()


def test_light_and_dark_follow_the_reader_and_the_button(open_page):
    shade = "getComputedStyle(document.body).backgroundColor"
    light, dark = open_page(color_scheme="light"), open_page(color_scheme="dark")
    assert (light.evaluate(shade), dark.evaluate(shade)) == ("rgb(251, 251, 252)", "rgb(13, 15, 18)")
    light.get_by_role("button", name="Light or dark").click()
    assert light.evaluate(shade) == "rgb(13, 15, 18)"


def test_without_scripts_the_tables_and_who_is_behind_a_bar_are_still_there(open_page):
    page = open_page(java_script_enabled=False)
    expect(page.locator("#bridge table.hb").first).to_be_visible()
    expect(page.locator("#t-customers")).to_be_visible()
    page.locator("#bar-0 summary").click()
    expect(page.locator("#bar-0 table").first).to_be_visible()
    expect(page.locator("#customers .controls")).to_be_hidden()


def test_on_paper_pictures_and_their_tables_stand_and_controls_do_not(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator("#bridge svg.wf")).to_be_visible()
    expect(page.locator("#bridge table.hb")).to_be_visible()
    expect(page.locator("#customers .controls")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_names_with_markup_are_text_everywhere(open_page):
    page = open_page()
    page.get_by_label("Search customers").fill("alert(1)")
    assert names(page, "customers") == ["<script>alert(1)</script>"]
    page.get_by_label("Search products").fill("onerror")
    assert names(page, "products") == ["</script><img src=x onerror=alert(1)>"]
    page.locator("#t-products .opener").click()
    assert page.locator("main img").count() == 0
