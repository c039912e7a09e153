"use strict";
(() => {
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const SVG = "http://www.w3.org/2000/svg", MINUS = "\u2212", NBSP = "\u00a0", NONE = "\u2013";
const data = JSON.parse($("#data").textContent);
/* an element with attributes and children; text is always text */
function el(name, attributes = {}, ...inside) {
  const svg = ["svg", "rect", "line"].includes(name), e = svg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) if (v !== undefined && v !== null && v !== false) e.setAttribute(k, v === true ? "" : v);
  e.append(...inside.filter(x => x !== null && x !== undefined && x !== ""));
  return e;
}

/* figures: whole cents in, the same words as the page's own */
function digits(n, places) {
  const [whole, rest] = n.toFixed(places).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
}
function money(cents, signed) {
  const a = Math.abs(cents), whole = Math.floor(a / 100), rest = String(a % 100).padStart(2, "0");
  return (cents < 0 ? MINUS : signed && cents > 0 ? "+" : "") + digits(whole, 0) + "." + rest;
}
function whole(cents) { const r = Math.floor(Math.abs(cents) / 100 + 0.5); return (cents < 0 && r ? MINUS : "") + digits(r, 0); }
function percent(x, signed) {
  if (x === null) return NONE;
  const r = Math.round(Math.abs(x) * 1000 + 1e-9) / 10;
  return (x < 0 && r ? MINUS : signed && r ? "+" : "") + digits(r, 1) + NBSP + "%";
}
const number = (x, places = 2) => { const t = digits(Math.abs(x), places); return (x < 0 ? MINUS : "") + (t.includes(".") ? t.replace(/\.?0+$/, "") : t); };

/* tips by pointer and by keyboard; a live region reads what the keyboard walks */
const tip = $("#tip"), live = $("#live");
function showTip(t, x, y) {
  const lines = t.dataset.tip.split("|");
  tip.replaceChildren(...lines.map((line, i) => el(i === 1 || lines.length === 1 ? "b" : "span", {}, line)));
  tip.hidden = false;
  const r = tip.getBoundingClientRect();
  tip.style.left = Math.max(8, Math.min(innerWidth - r.width - 8, x - r.width / 2)) + "px";
  tip.style.top = (y - r.height - 12 < 8 ? y + 18 : y - r.height - 12) + "px";
}
const hideTip = () => { tip.hidden = true; $$(".hit.on").forEach(e => e.classList.remove("on")); };
addEventListener("pointermove", e => { const t = e.target.closest?.("[data-tip]"); t ? showTip(t, e.clientX, e.clientY) : tip.hidden || e.pointerType === "touch" || hideTip(); });
addEventListener("scroll", hideTip, true);
addEventListener("keydown", e => {
  const chart = e.target.closest?.("[data-points]"); if (!chart) return;
  const points = $$("[data-tip]", chart), at = points.findIndex(p => p.classList.contains("on"));
  if (["Enter", " "].includes(e.key) && at >= 0 && points[at].dataset.opens) { e.preventDefault(); return open(points[at].dataset.opens); }
  if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(e.key) || !points.length) return;
  const to = e.key === "Home" ? 0 : e.key === "End" ? points.length - 1 : Math.max(0, Math.min(points.length - 1, at + (e.key === "ArrowRight" ? 1 : at < 0 ? points.length : -1)));
  hideTip(); points[to].classList.add("on");
  const r = points[to].getBoundingClientRect(); showTip(points[to], r.left + r.width / 2, r.top + 12);
  live.textContent = points[to].dataset.tip.split("|").join(", ") + (points[to].dataset.opens ? ". Enter opens who is behind it." : "");
  e.preventDefault();
});
addEventListener("focusout", e => e.target.closest?.("[data-points]") && hideTip());

/* who is behind a bar: one panel at a time */
function open(id) {
  const panel = document.getElementById(id), was = panel.open;
  $$(".panel").forEach(p => p.open = false);
  panel.open = !was;
  $$("[data-opens][aria-expanded]").forEach(b => b.setAttribute("aria-expanded", b.dataset.opens === id && !was));
  if (!was) { panel.scrollIntoView({ block: "nearest" }); live.textContent = $("summary", panel).textContent + ": opened below."; }
}
addEventListener("toggle", e => { if (e.target.matches?.(".panel")) $$(`[data-opens="${e.target.id}"][aria-expanded]`).forEach(b => b.setAttribute("aria-expanded", e.target.open)); }, true);

addEventListener("click", e => {
  const t = e.target, opens = t.closest("[data-opens]"); if (opens) return open(opens.dataset.opens);
  const show = t.closest("[data-show]");
  if (show) { show.closest(".card").dataset.shows = show.dataset.show; $$("[data-show]", show.parentNode).forEach(b => b.setAttribute("aria-pressed", b === show)); }
  const accounts = t.closest("[data-accounts]");
  if (accounts) { const shut = accounts.closest("tbody").classList.toggle("shut"); accounts.setAttribute("aria-expanded", !shut); }
  if (t.closest("[data-theme-toggle]")) {
    const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }
  if (t.closest("[data-print]")) print();
  const find = t.closest("[data-find]");
  if (find && lists[find.dataset.in]?.find(find.dataset.find)) e.preventDefault();
});
$$("[data-accounts]").forEach(b => { b.closest("tbody").classList.add("shut"); b.setAttribute("aria-expanded", false); });
addEventListener("keydown", e => {
  if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.target.closest("input, select")) { const q = $("[data-search]"); if (q) { e.preventDefault(); q.focus(); q.select(); } }
});

/* where one is in the page */
const links = new Map($$(".side a").map(a => [a.hash.slice(1), a]));
if ("IntersectionObserver" in window) {
  const seen = new IntersectionObserver(entries => {
    for (const entry of entries) if (entry.isIntersecting && links.has(entry.target.id)) { links.forEach(a => a.removeAttribute("aria-current")); links.get(entry.target.id).setAttribute("aria-current", "true"); }
  }, { rootMargin: "-60px 0px -70% 0px" });
  links.forEach((_a, id) => { const s = document.getElementById(id); if (s) seen.observe(s); });
}

/* bars in rows */
function bar(a, b, low, high, css, height = 14) {
  const k = 100 / ((high - low) || 1), x = (Math.min(a, b) - low) * k, w = Math.max(.6, Math.abs(b - a) * k), z = -low * k;
  return el("svg", { class: "hbar " + css, height, "aria-hidden": "true" },
    el("line", { x1: z + "%", x2: z + "%", y1: 0, y2: height }), el("rect", { x: Math.max(0, Math.min(x, 100 - w)) + "%", width: w + "%", y: 2, height: height - 4, rx: 1.5 }));
}

/* lists: search, filter, sort, open */
class List {
  constructor(source) {
    Object.assign(this, source);
    this.table = document.getElementById("t-" + this.id); this.body = $("tbody", this.table); this.shown = 50; this.sorted = null; this.opened = new Set();
    this.scale = [0, 0];
    const barred = this.columns.find(c => c[1] === "bar");
    if (barred) for (const row of this.rows) { const v = row[barred[2][0]]; if (v < this.scale[0]) this.scale[0] = v; if (v > this.scale[1]) this.scale[1] = v; }
    this.texts = this.rows.map(r => (r[0] + " " + (r[1] || "")).toLowerCase());
    this.heads = $$("thead tr:first-child th", this.table);
    this.heads.forEach((th, i) => {
      if (this.columns[i][1] === "bar") return;
      const b = el("button", { type: "button" }, th.textContent); b.addEventListener("click", () => this.sortBy(i)); th.replaceChildren(b);
    });
    this.more = el("div", { class: "more", hidden: true }, el("button", { type: "button", class: "btn" }, "Show 100 more"));
    this.more.firstChild.addEventListener("click", () => { this.shown += 100; this.draw(); });
    this.table.parentNode.append(this.more);
    for (const input of $$(`[data-search="${this.id}"], [data-filter="${this.id}"], [data-state="${this.id}"]`)) input.addEventListener("input", () => { this.shown = 50; this.refresh(); });
    this.body.addEventListener("click", e => { const b = e.target.closest(".opener"); if (b) this.toggle(+b.dataset.row); });
    this.refresh();
  }
  value(row, column) {
    const [, kind, of] = column, v = of.map(i => row[i]);
    if (kind === "name") return row[0].toLowerCase();
    if (kind === "word") return this.words[of[0] - 2][v[0]].toLowerCase();
    if (kind === "change") return v[1] - v[0];
    if (kind === "growth") return v[0] > 0 ? v[1] / v[0] - 1 : null;
    if (kind === "share") return v[1] > 0 ? v[0] / v[1] : null;
    if (kind === "leak") return v[0] < 0 ? null : v[1];
    return v[0];
  }
  figure(kind, v) {
    if (kind === "money") return [money(v[0]), v[0] < 0];
    if (kind === "change") return [money(v[1] - v[0], true), v[1] < v[0]];
    if (kind === "growth") return [percent(v[0] > 0 ? v[1] / v[0] - 1 : null, true), false];
    const s = v[1] > 0 ? v[0] / v[1] : null; return [percent(s), s !== null && s < 0];
  }
  refresh() {
    const q = ($(`[data-search="${this.id}"]`)?.value || "").trim().toLowerCase().split(/\s+/).filter(Boolean);
    const filters = $$(`[data-filter="${this.id}"]`).filter(s => s.value !== "").map(s => [+s.dataset.at, +s.value]), state = $(`[data-state="${this.id}"]`)?.value;
    const last = this.columns.filter(c => c[1] === "money").at(-1)[2][0], change = this.columns.find(c => c[1] === "change");
    this.found = [];
    this.rows.forEach((row, i) => {
      if (q.every(w => this.texts[i].includes(w)) && filters.every(([at, v]) => row[at] === v) && (state !== "losing" || row[last] < 0) && (state !== "falling" || (change && this.value(row, change) < 0))) this.found.push(i);
    });
    if (this.sorted) {
      const [at, way] = this.sorted, column = this.columns[at], values = new Map(this.found.map(i => [i, this.value(this.rows[i], column)]));
      this.found.sort((a, b) => {
        const x = values.get(a), y = values.get(b);
        if (x === null || y === null) return (x === null) - (y === null) || a - b;
        return (typeof x === "string" ? x.localeCompare(y, undefined, { numeric: true }) : x - y) * way || a - b;
      });
    }
    const n = this.found.length, count = $(`[data-count="${this.id}"]`);
    if (count) count.textContent = digits(n, 0) + " " + (n === 1 ? this.one : this.many);
    this.sums(); this.draw();
  }
  sums() {
    const cells = [...$(".sumrow", this.table).children];
    cells[0].textContent = (this.found.length === this.rows.length ? "All " : "") + digits(this.found.length, 0) + " listed";
    this.columns.forEach(([, kind, of], i) => {
      if (!["money", "change", "growth", "share"].includes(kind)) return;
      const v = of.map(at => this.found.reduce((sum, row) => sum + this.rows[row][at], 0)); cells[i].textContent = this.figure(kind, v)[0];
    });
  }
  cell(row, column, i) {
    const [, kind, of, css] = column, v = of.map(at => row[at]), base = ({ name: "who", word: "", bar: "bar", leak: "leak" })[kind] ?? "num", cls = (base + " " + css).trim();
    if (kind === "name") {
      const name = this.details[i] ? el("button", { type: "button", class: "opener", "data-row": i, "aria-expanded": this.opened.has(i) }, row[0]) : el("span", { class: "shut-name" }, row[0]);
      return el("th", { scope: "row", class: cls }, name, row[1] ? el("small", {}, row[1]) : "");
    }
    if (kind === "word") return el("td", { class: cls }, this.words[of[0] - 2][v[0]]);
    if (kind === "leak") return el("td", { class: cls }, v[0] < 0 ? "" : this.words.at(-1)[v[0]], v[0] < 0 ? "" : el("small", {}, whole(v[1])));
    if (kind === "bar") return el("td", { class: cls }, bar(0, v[0], ...this.scale, v[0] < 0 ? "neg" : "pos"));
    const [said, bad] = this.figure(kind, v); return el("td", { class: bad ? cls + " neg" : cls }, said);
  }
  draw() {
    const rows = [];
    for (const i of this.found.slice(0, this.shown)) {
      rows.push(el("tr", {}, ...this.columns.map(c => this.cell(this.rows[i], c, i))));
      if (this.opened.has(i)) rows.push(this.detail(i));
    }
    if (!rows.length) rows.push(el("tr", {}, el("td", { colspan: this.columns.length }, "No " + this.one + " matches. Clear the search or a filter.")));
    this.body.replaceChildren(...rows); this.more.hidden = this.found.length <= this.shown;
  }
  sortBy(at) {
    const text = ["name", "word"].includes(this.columns[at][1]), same = this.sorted?.[0] === at;
    this.sorted = [at, same ? -this.sorted[1] : text ? 1 : ["leak"].includes(this.columns[at][1]) ? -1 : 1];
    this.heads.forEach((th, i) => i === at ? th.setAttribute("aria-sort", this.sorted[1] > 0 ? "ascending" : "descending") : th.removeAttribute("aria-sort"));
    this.refresh();
  }
  toggle(i) {
    const b = $(`.opener[data-row="${i}"]`, this.body), row = b.closest("tr"), is = this.opened.has(i);
    is ? this.opened.delete(i) : this.opened.add(i); b.setAttribute("aria-expanded", !is);
    is ? row.nextSibling.remove() : row.after(this.detail(i));
  }
  find(key) {
    const i = this.rows.findIndex(r => (r[1] || r[0]) === key); if (i < 0) return false;
    const q = $(`[data-search="${this.id}"]`); $$(`[data-filter="${this.id}"], [data-state="${this.id}"]`).forEach(s => s.value = "");
    if (q) q.value = this.rows[i][1] || this.rows[i][0];
    this.opened.clear(); if (this.details[i]) this.opened.add(i);
    this.refresh(); document.getElementById(this.id).scrollIntoView(); ($(`.opener[data-row="${i}"]`, this.body) || this.heads[0]).focus({ preventScroll: true });
    return true;
  }
  table_of(caption, heads, rows, css = "t plain tight") {
    return el("table", { class: css }, el("caption", { class: "sr" }, caption), el("thead", {}, el("tr", {}, ...heads.map(([h, c]) => el("th", { scope: "col", class: c || null }, c === "bar" ? el("span", { class: "sr" }, h) : h)))), el("tbody", {}, ...rows));
  }
  detail(i) {
    const d = this.details[i], row = this.rows[i], key = row[1] || row[0], parts = [this.waterfall(d, row)];
    parts.push(this.made(d, key));
    if (d.b || d.m) parts.push(el("div", { class: "stack" }, d.b ? this.bridge(d) : "", d.m ? this.moved(d) : ""));
    return el("tr", {}, el("td", { class: "detail", colspan: this.columns.length }, el("div", {}, ...parts)));
  }
  waterfall(d, row) {
    const later = d.w.at(-1), earlier = d.w.length > 1 ? d.w[0] : null, base = later.find(v => v !== null), leaks = new Map((d.l || []).map(l => [l[0], l])), levels = [];
    let low = 0, high = 0, level = 0;
    this.steps.forEach(([, kind], at) => { const v = later[at] ?? 0, from = kind === "total" ? 0 : level; level = from + v; levels.push([from, level]); low = Math.min(low, level); high = Math.max(high, level); });
    const heads = [["Step"], ["Bar", "bar"], ...(earlier ? [[data.earlier, "num p2"]] : []), [data.later, "num"], ["% of " + data.base, "num"], ["All " + this.many, "num p2"], ["Peers\u2019 median", "num"]];
    const rows = this.steps.map(([label, kind], at) => {
      const v = later[at], leak = leaks.get(at), worse = !!leak, css = kind === "total" ? (v < 0 ? "neg" : "tot") : worse ? "neg" : "mid", tone = css === "neg" ? "num neg" : "num";
      const sign = leak && this.steps[at] && v > 0 ? 1 : -1;
      return el("tr", { class: "k-" + kind }, el("th", { scope: "row" }, label, worse ? el("span", { class: "sr" }, " (costs more than among peers)") : ""), el("td", { class: "bar" }, bar(...levels[at], low, high, css)),
        ...(earlier ? [el("td", { class: "num mut p2" }, earlier[at] === null ? "" : money(earlier[at]))] : []), el("td", { class: "num" }, v === null ? "" : money(v)),
        el("td", { class: tone }, percent(base > 0 && v !== null ? v / base : null)), el("td", { class: "num mut p2" }, percent(this.shares[at])), el("td", { class: "num mut" }, leak ? percent(sign * leak[2]) : ""));
    });
    const found = (d.l || []).map(l => el("tr", {}, el("th", { scope: "row" }, this.steps[l[0]][0]), el("td", { class: "num" }, percent(l[1])), el("td", { class: "num" }, percent(l[2])), el("td", { class: "num" }, money(l[4]))));
    const peers = d.l?.length ? "Costs more than among " + d.l[0][3] : "";
    const said = found.length ? [el("h3", { class: "next" }, peers), this.table_of(peers, [["Step"], ["Takes", "num"], ["Peers\u2019 median", "num"], ["Worth", "num"]], found)] : [el("p", {}, d.f ? "Too few peers to compare its steps with." : "No step costs more than among its peers.")];
    return el("section", { class: "wide" }, el("h3", {}, "Where the money goes: " + row[0]), this.table_of("Waterfall of " + row[0], heads, rows, "hb wide"), ...(d.v === undefined ? [] : [el("p", {}, "Avoidable profit of " + data.later + ", what would go with it if it left: ", el("b", {}, money(d.v)))]), ...said);
  }
  made(d, key) {
    const periods = data.earlier ? [data.earlier, data.later] : [data.later], lines = periods.map((p, i) => `${digits(d.n?.[i] ?? 0, 0)} sale lines of ${p}`).join(" and ");
    const boxes = [];
    const by = new Map(); for (const o of d.o || []) { if (!by.has(o[0])) by.set(o[0], []); by.get(o[0]).push(o); }
    for (const [step, shares] of by) {
      const rows = [];
      for (const [, at, n0, c0, n1, c1] of shares) {
        const pool = data.pools[at], unit = pool.d.startsWith("minutes") ? "minutes" : pool.d;
        for (const [p, n, c, when] of [...(data.earlier ? [[data.earlier, n0, c0, 0]] : []), [data.later, n1, c1, 1]]) {
          if (!n && !c) continue;
          rows.push(el("tr", {}, el("th", { scope: "row" }, pool.n), el("td", {}, p), el("td", { class: "num" }, n ? `${number(n)} ${unit} \u00d7 ${digits(c / 100 / n, 4)}` : "traced"), el("td", { class: "num" }, money(c)), el("td", { class: "num p2 mut" }, `of ${money(pool.a[when])} for ${number(pool.t[when])}`)));
        }
      }
      const accounts = shares.flatMap(([, at]) => data.pools[at].c.map(([name, a, b]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, data.pools[at].n), ...(data.earlier ? [el("td", { class: "num mut" }, money(a))] : []), el("td", { class: "num" }, money(b)))));
      boxes.push(el("details", { open: boxes.length === 0 }, el("summary", {}, this.steps[step][0] + ": count \u00d7 mean rate of the period"),
        this.table_of(this.steps[step][0] + ": how it was made", [["Pool"], ["Period"], ["Count \u00d7 rate", "num"], ["Amount", "num"], ["Pool and its count", "num p2"]], rows),
        el("details", {}, el("summary", {}, "Account rows of " + (shares.length === 1 ? "this pool" : "these pools")), this.table_of("Accounts", [["Account"], ["Pool"], ...(data.earlier ? [[data.earlier, "num"]] : []), [data.later, "num"]], accounts))));
    }
    const flag = this.one === "customer" ? "--customer" : "--product";
    return el("section", {}, el("h3", {}, "How these figures were made"), d.n?.length ? el("p", {}, `Prices, discounts and product cost are sums of ${lines}.`) : "", boxes.length ? el("div", { class: "made" }, ...boxes) : "", el("p", {}, "Down to file and row: ", el("code", {}, `goodterms trace FOLDER ${flag} "${key}" --step "${this.steps[Math.min(1, this.steps.length - 1)][0]}"`)));
  }
  bridge(d) {
    const rows = d.b.map((c, i) => c ? el("tr", {}, el("th", { scope: "row" }, data.bridge[i]), el("td", { class: "num " + (c < 0 ? "neg" : "pos") }, money(c, true))) : "").filter(Boolean);
    const total = d.b.reduce((a, b) => a + b, 0);
    rows.push(el("tr", { class: "rest" }, el("th", { scope: "row" }, "Change"), el("td", { class: "num" }, money(total, true))));
    return el("section", {}, el("h3", {}, "Its part of the bridge"), this.table_of("Its part of the bridge", [["Step"], ["Amount", "num"]], rows));
  }
  moved(d) {
    const what = this.one === "customer" ? "Products" : "Customers";
    const rows = d.m.map(([name, a, b, c]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "num mut p2" }, money(a)), el("td", { class: "num" }, money(b)), el("td", { class: "num " + (c < 0 ? "neg" : "pos") }, money(c, true))));
    if (d.r) rows.push(el("tr", { class: "rest" }, el("th", { scope: "row" }, "All others"), el("td", { class: "p2" }), el("td"), el("td", { class: "num" }, money(d.r, true))));
    return el("section", {}, el("h3", {}, `${what} that moved its margin most`), this.table_of(`${what} that moved its margin most`, [[what.slice(0, -1)], ["Sales " + data.earlier, "num p2"], ["Sales " + data.later, "num"], [data.margin + " change", "num"]], rows));
  }
}
const lists = {};
for (const source of data.lists) lists[source.id] = new List(source);
})();
