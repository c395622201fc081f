// Tables: captions, headers that sort, pages of rows. Wide ones scroll in a region that the keyboard reaches.
"use strict";
(function (s) {
  const h = s.h;
  const perPage = 50;

  // table makes a table of {caption, columns: [{head, cell(row), sort(row), number, row}], rows, size, sorted, empty}. cell gives
  // a text or an element; sort a number or a text to order by; row marks the column that names the row.
  s.table = (spec) => {
    if (!spec.rows.length) return h("p", { class: "note" }, spec.empty || s.t("none"));
    const size = spec.size || perPage;
    let page = 0;
    let by = spec.sorted === undefined ? -1 : Math.abs(spec.sorted) - 1;
    let down = spec.sorted < 0;
    let rows = spec.rows;
    const body = h("tbody");
    const foot = h("div", { class: "pager" });
    const heads = spec.columns.map((c, i) => {
      const look = [c.number ? "n" : "", c.class || ""].join(" ").trim() || null;
      if (!c.sort) return h("th", { scope: "col", class: look }, c.head);
      const button = h("button", { type: "button", class: "sorter", onclick: () => sort(i) }, c.head);
      return h("th", { scope: "col", class: look }, button);
    });

    const order = () => {
      rows = spec.rows;
      if (by < 0) return;
      const key = spec.columns[by].sort;
      const sign = down ? -1 : 1;
      const missing = (v) => v === null || v === undefined || v === "";
      rows = [...spec.rows].sort((a, b) => {
        const x = key(a), y = key(b);
        if (missing(x) || missing(y)) return missing(x) - missing(y);
        return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), s.lang()));
      });
    };
    const sort = (i) => {
      down = by === i ? !down : !!spec.columns[i].number;
      by = i;
      page = 0;
      order();
      draw();
    };
    const draw = () => {
      heads.forEach((th, i) => {
        if (i === by) th.setAttribute("aria-sort", down ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      });
      const shown = rows.slice(page * size, (page + 1) * size);
      s.fill(body, shown.map((r) => h("tr", null, spec.columns.map((c) =>
        h(c.row ? "th" : "td", { scope: c.row ? "row" : null, class: [c.number ? "n" : "", c.class || ""].join(" ").trim() || null }, c.cell(r))))));
      if (rows.length <= size) return;
      const last = Math.ceil(rows.length / size) - 1;
      const go = (to) => { page = to; draw(); s.say(range()); };
      const range = () => s.t("showing", { from: s.number(page * size + 1), to: s.number(Math.min(rows.length, (page + 1) * size)), all: s.number(rows.length) });
      s.fill(foot, h("button", { type: "button", disabled: page === 0, onclick: () => go(page - 1) }, s.t("previous")), h("span", null, range()),
        h("button", { type: "button", disabled: page === last, onclick: () => go(page + 1) }, s.t("next")));
    };
    order();
    draw();
    const id = s.id("caption");
    const table = h("table", { class: "data " + (spec.class || "") }, h("caption", { id, class: spec.showCaption ? null : "sr" }, spec.caption), h("thead", null, h("tr", null, heads)), body);
    return h("div", { class: "table" }, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": id }, table), foot);
  };
})(window.statloom);
