// Draws a sheet of a book as a table that looks like it, with the cited cells marked.
"use strict";
(function (s) {
  const h = s.h;
  const whole = 300; // rows that are shown without asking
  const head = 14, near = 30, more = 200;

  const column = (n) => {
    let name = "";
    for (; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
    return name;
  };

  // range reads B7 or A6:O6.
  s.range = (cell) => {
    const m = /^([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?$/.exec(cell || "");
    if (!m) return null;
    const col = (t) => [...t].reduce((n, c) => n * 26 + c.charCodeAt(0) - 64, 0);
    return { row1: +m[2], col1: col(m[1]), row2: +(m[4] || m[2]), col2: col(m[3] || m[1]) };
  };

  // sheet draws a drawing with one cell cited and others marked too. It gives the element, the marked cell and its text.
  s.sheet = (drawing, book, cell, others) => {
    const cited = s.range(cell);
    const also = (others || []).map(s.range).filter(Boolean);
    const inside = (r, row, col, row2, col2) => r && row <= r.row2 && row2 >= r.row1 && col <= r.col2 && col2 >= r.col1;
    const result = { mark: null, text: "" };
    const body = h("tbody");
    const columns = drawing.cols;
    const place = new Map(columns.map(([n], i) => [n, i]));
    const texts = [];

    // line draws a row; run is how many rows from it on are shown without a gap, which bounds cells of several rows.
    const line = ([number, hidden, cells], covered, run) => {
      const tr = h("tr", { class: hidden ? "hr" : null }, h("th", { scope: "row" }, number, hidden ? h("small", null, s.t("hidden")) : null));
      let at = 0; // columns drawn so far
      const blank = (to) => {
        for (; at < to; at++) {
          if (covered[at] > 0) { covered[at]--; continue; }
          tr.append(td(number, columns[at][0], ["", "", 1, 1, ""]));
        }
      };
      for (const [col, text = "", looks = "", colspan = 1, rowspan = 1, title = ""] of cells) {
        const i = place.get(col);
        if (i === undefined || i < at) continue;
        blank(i);
        const span = Math.min(colspan, columns.length - i), deep = Math.min(rowspan, run);
        tr.append(td(number, col, [text, looks, span, deep, title]));
        for (let k = i; k < i + span; k++) covered[k] = deep - 1;
        at = i + span;
      }
      blank(columns.length);
      return tr;
    };
    const td = (row, col, [text, looks, colspan, rowspan, title]) => {
      const last = col + colspan - 1, bottom = row + rowspan - 1;
      const isCited = inside(cited, row, col, bottom, last);
      const isOther = !isCited && also.some((r) => inside(r, row, col, bottom, last));
      const e = h("td", { class: [looks, isCited ? "mark" : isOther ? "mark-other" : ""].join(" ").trim() || null, colspan: colspan > 1 ? colspan : null, rowspan: rowspan > 1 ? rowspan : null, title: title || null }, text);
      if (isCited) {
        e.dataset.cell = column(col) + row;
        if (!result.mark) {
          result.mark = e;
          e.tabIndex = -1;
          e.append(h("span", { class: "sr" }, " (" + s.t("marked") + ")"));
        }
        if (text) texts.push(text);
      }
      return e;
    };

    // The rows that are shown: all of few, else the first and those round the cited cell. More come when asked for.
    const shown = new Array(drawing.rows.length).fill(drawing.rows.length <= whole);
    if (drawing.rows.length > whole) {
      drawing.rows.forEach((r, i) => { shown[i] = i < head || (cited && r[0] >= cited.row1 - near && r[0] <= cited.row1 + near); });
    }
    const draw = () => {
      const rows = [];
      texts.length = 0;
      result.mark = null;
      let covered = new Array(columns.length).fill(0);
      let skipped = 0;
      const gap = (end) => {
        if (!skipped) return;
        const from = end - skipped;
        rows.push(h("tr", { class: "gap" }, h("th", { scope: "row" }, "⋯"), h("td", { colspan: columns.length },
          s.t("rowsHidden", { n: s.number(skipped) }) + " ", h("button", { type: "button", class: "plain", onclick: () => {
            for (let i = from; i < Math.min(end, from + more); i++) shown[i] = true;
            draw();
          } }, s.t("showRows")))));
        skipped = 0;
        covered = new Array(columns.length).fill(0);
      };
      drawing.rows.forEach((r, i) => {
        if (!shown[i]) { skipped++; return; }
        gap(i);
        let run = 1;
        while (shown[i + run]) run++;
        rows.push(line(r, covered, run));
      });
      gap(drawing.rows.length);
      s.fill(body, rows);
    };
    draw();
    result.text = texts.join(" | ");
    const caption = h("caption", { class: "sr" }, s.t("sheetCaption", { sheet: drawing.name, book }));
    const corner = h("td", { class: "corner" });
    const headRow = h("tr", null, corner, columns.map(([n, hidden]) => h("th", { scope: "col", class: hidden ? "hc" : null }, column(n), hidden ? h("small", null, s.t("hidden")) : null)));
    result.element = h("table", { class: "book" }, caption, h("thead", null, headRow), body);
    return result;
  };
})(window.statloom);
