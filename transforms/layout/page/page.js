(function () {
  'use strict';
  var root = document.documentElement;
  function remember(key, value) { try { localStorage.setItem(key, value); } catch (e) { /* a page from disk may have no store */ } }
  function remembered(key) { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function say(vi, en) { return root.className === 'vi' ? vi : en; }

  // Languages: both are in the page, a class hides one.
  var buttons = document.querySelectorAll('[data-set]');
  function speak(language) {
    root.className = root.lang = language;
    buttons.forEach(function (b) { b.setAttribute('aria-pressed', String(b.dataset.set === language)); });
    if (shown) { show(shown); }
  }
  buttons.forEach(function (b) {
    b.addEventListener('click', function () { speak(b.dataset.set); remember('statloom-language', b.dataset.set); });
  });

  // The panel tells of the cell that is pointed at or has the focus.
  var panel = document.getElementById('panel'), shown = null, details = {};
  var statuses = {
    A: ['bình thường', 'normal'], B: ['gián đoạn', 'break'], P: ['sơ bộ', 'provisional'], E: ['ước tính', 'estimated'],
    F: ['dự báo', 'forecast'], M: ['thiếu', 'missing'], C: ['bảo mật', 'confidential']
  };
  function detailsOf(cell) {
    var id = cell.closest('.scroll').dataset.details;
    if (!details[id]) { details[id] = JSON.parse(document.getElementById(id).textContent); }
    return details[id];
  }
  function put(id, text) { document.getElementById('p-' + id).textContent = text || '–'; }
  function address(cell) {
    var table = cell.closest('table'), at = places(table).of.get(cell);
    return [table.tHead.rows[0].cells[at[1]], table.rows[at[0]].cells[0]].map(function (h) { return h.firstChild.textContent.trim(); }).join('');
  }
  function show(cell) {
    shown = cell;
    var d = detailsOf(cell), k = cell.dataset.k.split(','), status = k[5], remark = d.texts[k[4]], how;
    put('cell', address(cell));
    put('text', cell.textContent);
    put('row', d.paths[k[0]].join(' › '));
    put('col', d.paths[k[1]].join(' › '));
    put('unit', d.texts[k[2]]);
    put('period', d.texts[k[3]]);
    put('status', status && statuses[status] ? status + ' ' + statuses[status][root.className === 'vi' ? 0 : 1] : say('chữ, không phải số', 'words, no number'));
    if (cell.dataset.v !== undefined) {
      how = say('số ghi bằng chữ, đọc là ', 'a number written as text, read as ') + cell.dataset.v;
    } else if (status === 'M' || status === 'C' || !status) {
      how = say('không có giá trị', 'no value');
    } else {
      how = say('số lưu trong sách: ', 'a number stored in the book: ') + (cell.title || cell.textContent);
    }
    put('how', how + (remark ? ' – ' + remark : ''));
    panel.hidden = false;
  }
  function target(event) { return event.target.closest ? event.target.closest('[data-k]') : null; }
  document.addEventListener('pointerover', function (e) { var c = target(e); if (c) { show(c); } });
  document.addEventListener('focusin', function (e) { var c = target(e); if (c) { show(c); } });
  document.addEventListener('click', function (e) { var c = target(e); if (c) { step(c); } });

  // Arrow keys go from figure to figure; one figure of each sheet is in the order of Tab.
  var maps = new Map();
  function places(table) {
    if (maps.has(table)) { return maps.get(table); }
    var map = { at: {}, of: new Map(), rows: table.rows.length, columns: table.tHead.rows[0].cells.length }, taken = {};
    for (var r = 0; r < table.rows.length; r++) {
      var cells = table.rows[r].cells, c = 0;
      for (var i = 0; i < cells.length; i++) {
        while (taken[r + ',' + c]) { c++; }
        map.of.set(cells[i], [r, c]);
        for (var y = 0; y < cells[i].rowSpan; y++) {
          for (var x = 0; x < cells[i].colSpan; x++) {
            if (y) { taken[(r + y) + ',' + (c + x)] = true; }
            map.at[(r + y) + ',' + (c + x)] = cells[i];
          }
        }
        c += cells[i].colSpan;
      }
    }
    maps.set(table, map);
    return map;
  }
  function step(cell) {
    var before = cell.closest('table').querySelector('[data-k][tabindex="0"]');
    if (before) { before.tabIndex = -1; }
    cell.tabIndex = 0;
    cell.focus();
  }
  var ways = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  document.addEventListener('keydown', function (e) {
    var cell = target(e), way = ways[e.key];
    if (!cell || !way || e.ctrlKey || e.altKey || e.metaKey) { return; }
    var map = places(cell.closest('table')), at = map.of.get(cell), r = at[0] + way[0], c = at[1] + way[1];
    for (; r > 0 && c > 0 && r < map.rows && c < map.columns; r += way[0], c += way[1]) {
      var next = map.at[r + ',' + c];
      if (next && next !== cell && next.dataset.k !== undefined) { step(next); break; }
    }
    e.preventDefault();
  });

  // Copying.
  document.addEventListener('click', function (e) {
    var button = e.target.closest ? e.target.closest('.copy') : null;
    if (!button) { return; }
    var pre = button.parentNode.querySelector('pre'), range = document.createRange();
    range.selectNodeContents(pre);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (navigator.clipboard) { navigator.clipboard.writeText(pre.textContent).catch(function () { document.execCommand('copy'); }); } else { document.execCommand('copy'); }
    button.classList.add('done');
  });

  // Folding of hidden rows and columns.
  document.querySelectorAll('.fold').forEach(function (b) {
    b.addEventListener('click', function () {
      var folded = document.getElementById(b.dataset.fold).classList.toggle('folded');
      b.setAttribute('aria-pressed', String(folded));
    });
  });

  if (matchMedia('(max-width:760px)').matches) { document.querySelector('nav details').open = false; }
  document.addEventListener('keydown', function (e) { if (e.key === 'Escape') { panel.hidden = true; shown = null; } });
  var language = remembered('statloom-language');
  speak(language === 'vi' || language === 'en' ? language : root.className);
})();
