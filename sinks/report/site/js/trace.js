// Follows a number back: a value of an indicator to its formula and inputs, an observation to the cell of its book. What is
// shown is named by the address behind #, so that it can be linked to and the back button closes it.
"use strict";
(function (s) {
  const h = s.h;
  let dialog, back;

  s.site = () => s.get("site");
  const pageOf = async (kind, id) => (await s.site()).pages.find((p) => p.kind === kind && p.id === id);

  const open = () => {
    if (!dialog) {
      dialog = h("dialog", { class: "trace", "aria-labelledby": "trace-title", lang: s.lang() });
      dialog.addEventListener("close", closed);
      dialog.addEventListener("click", (e) => { if (e.target === dialog) dialog.close(); });
      document.body.append(dialog);
    }
    if (!dialog.open) {
      back = document.activeElement;
      dialog.showModal();
    }
    return dialog;
  };
  const closed = () => {
    if (named()) history.replaceState(null, "", location.pathname + location.search);
    if (back && document.contains(back)) back.focus();
  };

  // named reads the address behind #, null where it names nothing that is followed.
  const named = () => {
    const q = new URLSearchParams(location.hash.slice(1));
    return q.has("trace") || q.has("cell") ? q : null;
  };

  const frame = (title, ...children) => {
    s.fill(dialog, h("div", { class: "trace-head" }, h("h2", { id: "trace-title", tabindex: "-1" }, title),
      h("button", { type: "button", class: "close", onclick: () => dialog.close() }, s.t("close"))), ...children);
    dialog.querySelector("#trace-title").focus();
  };

  // show draws what the address names.
  const show = async () => {
    const q = named();
    if (!q) {
      if (dialog && dialog.open) dialog.close();
      return;
    }
    open();
    frame(s.t("traceOf"), h("p", { class: "note" }, s.t("loading")));
    try {
      if (q.has("trace")) await value(q);
      else await cellAlone(Number(q.get("book")), q.get("sheet") || "", q.get("cell") || "");
    } catch (e) {
      frame(s.t("traceOf"), h("p", { class: "problem" }, s.t("failed", { what: e.message })));
    }
  };

  // value shows how a value of an indicator was made.
  const value = async (q) => {
    const id = q.get("trace"), period = q.get("time_period");
    const page = await pageOf("indicator", id);
    if (!page) throw new Error(id);
    const indicator = await s.get("indicator/" + page.file);
    const at = indicator.dimensions.map((d) => (q.has(d.id) ? q.get(d.id) : "_T"));
    const key = [period, ...at].join("|");
    const v = indicator.values.find((x) => indicator.periods[x.p].id === period && x.at.join("|") === at.join("|"));
    if (!v) throw new Error(id + " " + key);
    const file = indicator.traces.find((f) => f.periods.includes(period));
    const traces = file && (await s.get(file.name));
    const way = traces && traces.values[key];
    const places = indicator.dimensions.map((d, i) => s.code(d, at[i])).join(", ");
    const head = [
      h("p", { class: "trace-value" }, h("strong", null, s.withUnit(v.v, indicator.decimals, indicator.unit)), v.lo !== undefined && v.hi !== undefined
        ? h("span", { class: "note" }, " " + s.t("bandFrom", { low: s.number(v.lo, indicator.decimals), high: s.number(v.hi, indicator.decimals) })) : null, " ",
      v.s && v.s !== "A" ? s.badge(s.of("statuses", v.s)) : null, s.madeUp(indicator.illustrative)),
      h("p", null, [s.period(period), places].filter(Boolean).join(" · "), " · ", s.pageLink("indicator", page.file, s.t("openIndicator", { id }))),
      v.c ? h("p", { class: "note" }, v.c) : null,
      s.pick(indicator.formula) ? h("p", null, h("b", null, s.t("formulaWords") + ": "), s.pick(indicator.formula)) : null,
    ];
    const left = h("div", { class: "trace-left" }, head);
    const right = h("div", { class: "trace-right", hidden: true });
    frame(id + " · " + s.pick(indicator.name), h("div", { class: "trace-body" }, left, right));
    if (v.s === "C") {
      s.add(left, h("p", { class: "note" }, s.t("withheld")));
    } else if (!way) {
      const command = "statloom trace " + id + " --period " + period + indicator.dimensions.map((d, i) => " --dimension " + d.id + "=" + at[i]).join("");
      s.add(left, h("p", { class: "note" }, s.t("notTraced", { command: "" }), h("code", null, command)));
    } else {
      await inputs(left, right, indicator, traces, way);
    }
  };

  // leaf reads an input of a file of traces.
  const leaf = (t, [n, at, role, weight]) => {
    const [kind, name, key, column, v, text, unit, status, book, sheet, cell, vintage] = t.leaves[at];
    const w = (i) => t.text[i];
    return { n, role: w(role), weight, kind: w(kind), name: w(name), key, column: w(column), value: v, text: w(text), unit: w(unit), status: w(status), book, sheet: w(sheet), cell, vintage: w(vintage) };
  };

  const inputs = async (left, right, indicator, t, way) => {
    const list = way.slice(1).map((e) => leaf(t, e));
    const books = await s.get("books");
    const labels = await labelsOf(list);
    const formula = way[0] >= 0 ? t.formulas[way[0]] : "";
    if (formula) {
      s.add(left, h("p", { class: "label" }, s.t("formulaInputs")), h("code", { class: "formula", tabindex: "0" }, formula),
        h("p", { class: "label" }, s.t("withNumbers")), h("code", { class: "formula", tabindex: "0" }, numbers(formula, list)));
    }
    const toSheet = (x, e) => {
      left.querySelectorAll(".here").forEach((r) => r.classList.remove("here"));
      e.target.closest("tr").classList.add("here");
      const others = list.filter((y) => y.book === x.book && y.sheet === x.sheet && y.cell !== x.cell).map((y) => y.cell);
      return sheetInto(right, books, x.book, x.sheet, x.cell, others, true);
    };
    s.add(left, s.table({
      caption: s.t("inputs", { n: s.number(list.length) }), showCaption: true, size: 60, rows: list, class: "inputs",
      columns: [
        { head: "#", cell: (x) => "#" + x.n, sort: (x) => x.n, number: true },
        { head: s.t("input"), row: true, cell: (x) => described(x, labels), sort: (x) => x.key },
        { head: s.t("value"), number: true, sort: (x) => x.value, cell: (x) => (x.value === null ? x.text || (x.column ? s.t("missing") : "") : s.withUnit(x.value, undefined, x.unit)) },
        { head: s.t("weight"), number: true, sort: (x) => x.weight, cell: (x) => (x.weight === null ? "" : s.number(x.weight)) },
        { head: s.t("role"), class: "roomy", cell: (x) => s.of("roles", x.role), sort: (x) => s.of("roles", x.role) },
        { head: s.t("status"), class: "roomy", cell: (x) => (x.status ? s.of("statuses", x.status) : "") },
        { head: s.t("place"), cell: (x) => whence(x, books, labels, toSheet) },
      ],
    }));
  };

  // labelsOf gives the descriptions of what the inputs come from.
  const labelsOf = async (list) => {
    const all = {};
    const pages = (await s.site()).pages;
    for (const x of list) {
      const id = x.kind + " " + x.name;
      if (id in all) continue;
      const page = pages.find((p) => p.id === x.name && p.kind === (x.kind === "indicator" ? "indicator" : "dataset"));
      const data = page && (await s.get(page.kind + "/" + page.file));
      all[id] = { page, dimensions: data ? data.dimensions || data.columns : [] };
    }
    return all;
  };

  const keyParts = (key) => key.split(", ").map((p) => { const i = p.indexOf("="); return [p.slice(0, i), p.slice(i + 1)]; });

  const described = (x, labels) => {
    const { page, dimensions } = labels[x.kind + " " + x.name];
    const words = keyParts(x.key).map(([k, v]) => {
      if (k === "time_period") return s.period(v);
      const d = dimensions.find((y) => y.id === k);
      return d ? s.codeWith(d, v) : v;
    });
    const column = dimensions.find((d) => d.id === x.column);
    return [h("span", null, words.join(", ")), h("br"), h("span", { class: "note" }, page ? s.pick(page.name) : x.name, column ? ": " + s.pick(column.name) : "")];
  };

  // whence leads to the cell of an observation or to how another indicator was made.
  const whence = (x, books, labels, toSheet) => {
    if (x.kind === "indicator") {
      const { dimensions } = labels[x.kind + " " + x.name];
      const at = Object.fromEntries(keyParts(x.key));
      return h("a", { href: s.valueRef(x.name, at.time_period, dimensions, dimensions.map((d) => at[d.id] || "")) }, x.name + ": " + s.t("followed"));
    }
    if (x.book < 0) return x.sheet ? x.sheet + " › " + x.cell : "";
    return [h("button", { type: "button", class: "cellref", onclick: (e) => toSheet(x, e) }, x.sheet + " › " + x.cell), h("br"),
      h("span", { class: "note roomy" }, books[x.book].name, x.vintage ? " · " + s.day(x.vintage) : "")];
  };

  // numbers puts the numbers into a formula.
  const numbers = (formula, list) => {
    const by = new Map(list.map((x) => [x.n, x]));
    return formula.replace(/#(\d+)/g, (mark, n) => {
      const x = by.get(Number(n));
      if (!x) return mark;
      if (x.value !== null) return x.value < 0 ? "(" + s.number(x.value) + ")" : s.number(x.value);
      return x.text ? JSON.stringify(x.text) : x.column ? "–" : "1";
    });
  };

  // sheetInto shows a sheet beside or in place of what is there.
  const sheetInto = async (into, books, number, sheet, cell, others, closable) => {
    const b = books[number];
    into.hidden = false;
    into.parentElement.classList.toggle("split", into.parentElement.children.length > 1);
    const ref = b && b.sheets && Object.hasOwn(b.sheets, sheet) ? b.sheets[sheet] : "!" + s.t("notAtHand");
    const title = h("h3", { tabindex: "-1", lang: "" }, s.t("sheetOf", { book: b ? b.name : "", sheet }));
    const facts = b ? s.facts([[s.t("producer"), b.producer], [s.t("licence"), b.licence], [s.t("retrieved"), s.instant(b.retrieved)], [s.t("published"), s.day(b.published)], ["URI", b.uri], ["SHA-256", b.snapshot]]) : null;
    const leave = closable ? h("button", { type: "button", class: "close", onclick: () => {
      into.hidden = true;
      into.parentElement.classList.remove("split");
      const row = into.parentElement.querySelector(".here .cellref");
      if (row) row.focus();
    } }, s.t("back")) : null;
    if (ref.startsWith("!")) {
      s.fill(into, h("div", { class: "sheet-head" }, title, leave), h("p", { class: "problem" }, s.t("sheetMissing", { why: ref.slice(1) || s.t("noRoom") })), h("p", null, s.t("cell") + " " + cell), facts);
      title.focus();
      return;
    }
    const [file, key] = ref.split("#");
    const drawing = (await s.get(file))[key];
    const drawn = s.sheet(drawing, b.name, cell, others);
    const scroll = h("div", { class: "scroll sheet-scroll", tabindex: "0", role: "region", "aria-label": s.t("sheetOf", { book: b.name, sheet }) }, drawn.element);
    const said = drawn.mark ? h("p", { class: "in-cell" }, s.t("inCell", { cell }) + " ", h("strong", null, drawn.text || s.t("emptyCell"))) : h("p", { class: "problem" }, s.t("beyond", { cell }));
    const rest = others && others.length ? h("p", { class: "note" }, s.t("otherCells", { n: s.number(others.length) })) : null;
    s.fill(into, h("div", { class: "sheet-head" }, title, leave), said, rest, scroll, facts);
    title.focus({ preventScroll: true });
    if (drawn.mark) reveal(scroll, drawn.mark);
    s.say(s.t("inCell", { cell }) + " " + drawn.text);
  };

  // reveal scrolls a region, and nothing round it, so that a cell can be seen: sideways no further than needed, so that the
  // labels of its line stay if they can, and by whole columns, so that none is cut behind the numbers of the lines.
  const reveal = (scroll, cell) => {
    const box = scroll.getBoundingClientRect(), at = cell.getBoundingClientRect();
    scroll.scrollTop += at.top - box.top - (box.height - at.height) / 2;
    if (at.right <= box.right) return;
    const need = scroll.scrollLeft + at.right - box.right + 8;
    const numbers = scroll.querySelector("tbody th").offsetWidth;
    const start = (e) => e.getBoundingClientRect().left - box.left - scroll.clientLeft + scroll.scrollLeft - numbers;
    const whole = [...scroll.querySelectorAll("thead th")].map(start).find((x) => x >= need);
    scroll.scrollLeft = Math.min(whole === undefined ? need : whole, start(cell));
  };

  // cellAlone shows the cell of an observation.
  const cellAlone = async (number, sheet, cell) => {
    const books = await s.get("books");
    const into = h("div", { class: "trace-right alone" });
    frame(s.t("traceOf"), h("div", { class: "trace-body" }, into));
    await sheetInto(into, books, number, sheet, cell, [], false);
  };

  s.startTrace = () => {
    addEventListener("hashchange", show);
    s.onLanguage(() => { if (dialog && dialog.open) show(); });
    show();
  };
})(window.statloom);
