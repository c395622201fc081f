// What the pages say, in Vietnamese and English. What other parts of a release say too comes with shared.js.
"use strict";
window.statloom.words = {
  // the frame
  skip: ["Đến phần nội dung", "Skip to content"],
  overview: ["Tổng quan", "Overview"], indicators: ["Chỉ tiêu", "Indicators"], datasets: ["Bộ dữ liệu", "Datasets"],
  quality: ["Chất lượng số liệu", "Data quality"], runs: ["Lần chạy", "Runs"], pagesNav: ["Các trang", "Pages"],
  madeUpShort: ["minh hoạ", "illustrative"],
  language: ["Ngôn ngữ", "Language"], toDark: ["Giao diện tối", "Dark theme"], toLight: ["Giao diện sáng", "Light theme"],
  release: ["Bản phát hành", "Release"], made: ["Lập ngày {day}", "Made on {day}"],
  madeWith: ["Trang do statloom tạo từ bản phát hành {id}, {day}.", "This page was made by statloom of release {id}, {day}."],
  leftOut: ["Vì giới hạn dung lượng của trang này", "Because of the limits of this page"],
  leftOutObservations: ["Bộ dữ liệu {of}: hiển thị {shown} trong {all} dòng, chỉ phiên bản mới nhất.", "Dataset {of}: {shown} of {all} rows are shown, latest vintages only."],
  leftOutInputs: ["Truy vết được {shown} trong {all} đầu vào, các kỳ mới nhất trước. Số khác: lệnh statloom trace.", "{shown} of {all} inputs can be followed, latest periods first. For others use the command statloom trace."],
  leftOutSheets: ["Vẽ {shown} trong {all} trang tính nguồn, tệp mới nhất trước.", "{shown} of {all} source sheets are drawn, newest books first."],
  loading: ["Đang tải…", "Loading…"], failed: ["Không tải được dữ liệu ({what}).", "The data could not be loaded ({what})."],
  close: ["Đóng", "Close"], back: ["Quay lại", "Back"], all: ["Tất cả", "All"], none: ["Không có.", "None."], yes: ["có", "yes"],
  search: ["Tìm", "Search"], showing: ["Hiển thị {from}–{to} trong {all}", "Showing {from}–{to} of {all}"], previous: ["Trước", "Previous"], next: ["Sau", "Next"],
  found: ["{n} kết quả", "{n} found"], sortBy: ["Sắp xếp theo", "Sort by"], scrolls: ["bảng cuộn ngang được", "the table scrolls sideways"],
  downloadCSV: ["Tải CSV", "Download CSV"], downloadPNG: ["Tải PNG", "Download PNG"], downloadSVG: ["Tải SVG", "Download SVG"],

  // figures
  low: ["Thấp", "Low"], high: ["Cao", "High"], band: ["Khoảng", "Band"], bandFrom: ["khoảng {low} – {high}", "band {low} – {high}"],
  period: ["Kỳ", "Period"], comment: ["Ghi chú", "Comment"],
  freqs: { A: ["năm", "yearly"], S: ["nửa năm", "half-yearly"], Q: ["quý", "quarterly"], M: ["tháng", "monthly"], W: ["tuần", "weekly"], D: ["ngày", "daily"] },
  currentPrices: ["giá hiện hành", "current prices"], constantPrices: ["giá so sánh {base}", "constant {base} prices"],
  priceBase: ["Gốc giá", "Price base"],

  // targets
  targets: ["Mục tiêu", "Targets"], goal: ["Mục tiêu", "Target"], by: ["đến {period}", "by {period}"], actualOf: ["Thực hiện {period}", "In {period}"],
  gapShort: ["Còn thiếu {gap}", "{gap} short"], gapOver: ["Vượt {gap}", "{gap} above"], gapUnder: ["Thấp hơn {gap}", "{gap} below"], gapNone: ["Đúng bằng mục tiêu", "Exactly on target"],
  attainment: ["bằng {percent} mục tiêu", "{percent} of the target"], about: ["khoảng {value}", "about {value}"],
  needs: ["Cần tăng {percent} một năm; xu hướng là {trend}", "Needs {percent} growth a year; the trend is {trend}"],
  needsOnly: ["Cần tăng {percent} một năm", "Needs {percent} growth a year"],
  sinceLast: ["Từ bản trước ({day})", "Since the last release ({day})"], newSince: ["Mới so với bản trước ({day})", "New since the last release ({day})"], unchangedSince: ["Không đổi từ bản trước ({day})", "Unchanged since the last release ({day})"],
  firstRelease: ["Bản phát hành đầu tiên, chưa có bản trước để so sánh.", "The first release: there is none before to compare with."],
  wasNow: ["{was} → {now}", "{was} → {now}"], statusWas: ["trước đây: {was}", "was: {was}"],
  openIndicator: ["Mở chỉ tiêu {id}", "Open indicator {id}"], howComputed: ["Xem cách tính", "See how it was computed"], noTargets: ["Bản phát hành này không có mục tiêu.", "This release has no targets."],
  howToTarget: ["Khai báo chỉ tiêu và mục tiêu trong config.yaml để có biểu đồ và đánh giá ở đây.", "Declare indicators and targets in config.yaml to have charts and an assessment here."],
  seriesTrend: ["{name}: từ {first} ({from}) đến {last} ({to})", "{name}: from {first} ({from}) to {last} ({to})"], whyStatus: ["Vì sao", "Why"],

  // what changed
  changes: ["Thay đổi từ bản phát hành trước", "What changed since the last release"], newBooks: ["Tệp mới", "New books"],
  methodChanged: ["Cấu hình hoặc chương trình đã đổi: một phần thay đổi có thể do cách tính.", "The configuration or the program has changed: some of this may be due to method."],
  nothingChanged: ["Không giá trị chỉ tiêu nào thay đổi.", "No value of an indicator has changed."],
  added: ["{n} giá trị mới", "{n} new values"], revised: ["{n} giá trị được chỉnh", "{n} values revised"], statusChanged: ["{n} đổi trạng thái", "{n} with another status"],
  withdrawn: ["{n} giá trị bị rút", "{n} values withdrawn"], largest: ["nhiều nhất {percent}", "by {percent} at most"],
  atAGlance: ["Bản phát hành này", "This release"], glance: ["{indicators} chỉ tiêu, {datasets} bộ dữ liệu, {observations} dòng số liệu từ {books} tệp", "{indicators} indicators, {datasets} datasets, {observations} rows of data from {books} books"],
  newestData: ["Số liệu mới nhất có từ ngày {day}", "The newest figures are known since {day}"],
  checksPassed: ["{n} kiểm tra đạt", "{n} checks passed"], checksFailed: ["{n} kiểm tra không đạt", "{n} checks failed"], checksWarned: ["{n} cảnh báo", "{n} warnings"],
  cellsAside: ["{n} ô bị cách ly", "{n} cells in quarantine"], lateDatasets: ["{n} bộ dữ liệu trễ", "{n} datasets late"], unreadBooks: ["{n} tệp không đọc được", "{n} books could not be read"],

  // indicator
  chart: ["Biểu đồ", "Chart"], table: ["Bảng số liệu", "Table"], method: ["Cách tính", "Method"], breakdowns: ["Phân tổ", "Breakdowns"], breakdownBy: ["Theo {name}", "By {name}"],
  source: ["Nguồn", "Source"], note: ["Ghi chú", "Note"], frequency: ["Tần suất", "Frequency"], methodKind: ["Phương pháp", "Method"],
  methods: { mapped: ["quy đổi theo tỷ lệ", "mapped by shares"], register: ["theo danh sách doanh nghiệp", "from the register"] },
  inputsOf: ["Tính từ", "Made of"], sql: ["Câu lệnh SQL", "SQL"], tags: ["Nhóm", "Tags"], choose: ["Chọn chuỗi", "Choose a series"],
  targetPath: ["Đường mục tiêu", "Target path"], projection: ["Dự báo", "Projection"],
  scenarios: { trend: ["xu hướng", "trend"], required: ["để đạt mục tiêu", "to reach the target"], pessimistic: ["thận trọng", "pessimistic"], optimistic: ["lạc quan", "optimistic"] },
  publishedIn: ["Công bố {day}", "As published {day}"], provisional: ["Sơ bộ, ước tính", "Provisional, estimated"], vintages: ["Các lần công bố", "Vintages"],
  vintagesNone: ["Chưa giá trị nào của chuỗi này được công bố khác đi ở bản phát hành trước.", "No value of this series has been published otherwise in an earlier release."],
  vintagesNote: ["Giá trị đã được công bố khác đi ở các bản phát hành trước.", "Values that earlier releases published otherwise."],
  gone: ["đã rút", "withdrawn"], chartHelp: ["Phím mũi tên trái, phải để xem từng kỳ. Số liệu có trong bảng bên dưới.", "Left and right arrow keys go through the periods. The figures are in the table below."],
  chartLabel: ["Biểu đồ {name}. {trend}.", "Chart of {name}. {trend}."], projectionsNote: ["Dự báo theo kịch bản, không phải số liệu thống kê.", "Projections under scenarios, not statistics."],
  noValues: ["Chưa có giá trị.", "There are no values."], latest: ["Mới nhất", "Latest"], trendColumn: ["Diễn biến", "Trend"], indicator: ["Chỉ tiêu", "Indicator"],

  // datasets
  dataset: ["Bộ dữ liệu", "Dataset"], series: ["Chuỗi", "Series"], records: ["bản ghi", "records"], observations: ["quan sát", "observations"], rowsLatest: ["{n} dòng mới nhất", "{n} latest rows"],
  rowsAll: ["{n} dòng kể cả các phiên bản cũ", "{n} rows with all vintages"], licence: ["Giấy phép", "Licence"], producer: ["Đơn vị sản xuất", "Producer"], sources: ["Nguồn", "Sources"],
  seriesCount: ["{n} chuỗi", "{n} series"], periods: ["Số kỳ", "Periods"], revisedCount: ["Lần chỉnh", "Revisions"], latestValue: ["Giá trị mới nhất", "Latest value"],
  ofPeriod: ["Kỳ mới nhất", "Latest period"], openSeries: ["Xem chuỗi", "Show the series"], sameForAll: ["Chung cho mọi chuỗi", "The same for all series"], history: ["Lịch sử", "History"],
  vintage: ["Phiên bản", "Vintage"], knownTo: ["Thay ngày", "Replaced on"], place: ["Nơi ghi trong tệp", "Place in the book"], correctedBy: ["đính chính {id}", "correction {id}"],
  current: ["hiện hành", "current"], onlyRevised: ["Chỉ chuỗi có chỉnh lý", "Revised series only"], loadAll: ["Đang đọc tất cả bản ghi để tìm…", "Reading all records to search…"],
  earlier: ["Bản trước của bản ghi", "Earlier vintages of the record"], first: ["Lần đầu", "First"], change: ["Thay đổi", "Change"], filter: ["Lọc", "Filter"],
  quarantinedIn: ["{n} ô bị cách ly", "{n} cells in quarantine"], kind: ["Loại", "Kind"], rows: ["Số dòng", "Rows"],

  // quality
  checks: ["Kiểm tra", "Checks"], quarantine: ["Ô bị cách ly", "Quarantine"], lateSources: ["Tiến độ công bố", "Publishing calendar"], revisions: ["Chỉnh lý số liệu", "Revisions"],
  corrections: ["Đính chính", "Corrections"], bookChanges: ["Thay đổi trong các biểu của tệp", "Changes in the tables of books"], unread: ["Tệp không đọc được", "Books that could not be read"],
  check: ["Kiểm tra", "Check"], result: ["Kết quả", "Result"], severity: ["Mức", "Severity"], failures: ["Số lỗi", "Failures"], meaning: ["Ý nghĩa", "Meaning"], examples: ["Ví dụ", "Examples"],
  results: { passed: ["đạt", "passed"], failed: ["không đạt", "failed"], error: ["không kiểm tra được", "could not be made"] },
  severities: { error: ["lỗi: giữ bản phát hành", "error: holds the release"], warn: ["cảnh báo", "warning"] },
  notChecked: ["{n} nhóm không đủ số để kiểm tra", "{n} groups lack figures to compare"], failingSince: ["từ {day}", "since {day}"],
  sheet: ["Trang", "Sheet"], textInCell: ["Nội dung ô", "Text in the cell"], reason: ["Lý do", "Reason"], shownOf: ["Hiển thị {shown} trong {all}.", "{shown} of {all} are shown."],
  quarantineNote: ["Những ô đọc được nhưng không dùng được, kèm lý do. Không ô nào trong số này có trong bộ dữ liệu.", "What was read but could not be used, with the reason. Nothing of it is in a dataset."],
  lateNote: ["Nhịp công bố lấy từ ngày của các phiên bản. Trễ: quá một rưỡi lần khoảng cách thường lệ kể từ lần công bố gần nhất (cần ít nhất bốn lần).", "The rhythm is taken from the dates of the vintages. Late: more than one and a half times the usual distance since the last one (of at least four)."],
  times: ["Số lần công bố", "Publications"], latestPublication: ["Gần nhất", "Latest"], usualGap: ["Cách nhau thường lệ", "Usual distance"], days: ["{n} ngày", "{n} days"], due: ["Dự kiến", "Expected"],
  late: ["trễ", "late"], onTime: ["đúng hạn", "on time"], unknown: ["chưa đủ để biết", "too few to tell"],
  revisionsNote: ["Nguồn thường chỉnh số bao nhiêu sau lần công bố đầu. Đính chính của chúng tôi không tính.", "How far the source usually changes its figures after their first publication. Corrections of ours do not count."],
  observationsN: ["Quan sát", "Observations"], revisedN: ["Có chỉnh", "Revised"], meanRevision: ["Chỉnh bình quân", "Mean revision"], meanAbs: ["Độ lớn bình quân", "Mean size"], meanPercent: ["Bình quân, %", "Mean size, %"],
  wholeDataset: ["cả bộ dữ liệu", "whole dataset"], said: ["Tệp ghi", "Source says"], corrected: ["Đính chính", "Corrected"], by: ["đến {period}", "by {period}"], madeBy: ["Người làm", "Made by"], since: ["Từ", "Since"], state: ["Tình trạng", "State"],
  whatChanged: ["Điều thay đổi", "What changed"], was: ["Trước", "Before"], is: ["Nay", "Now"], grave: ["đổi ý nghĩa", "changes the meaning"], accepted: ["đã được chấp nhận", "accepted"],

  // runs
  thisRun: ["Lần chạy tạo ra bản phát hành này", "The run that made this release"], runHistory: ["Các lần chạy gần đây", "Recent runs"], releases: ["Các bản phát hành", "Releases"], booksUsed: ["Tệp đã dùng", "Books used"],
  run: ["Lần chạy", "Run"], started: ["Bắt đầu", "Started"], took: ["Thời gian", "Took"], seconds: ["{n} giây", "{n} s"], program: ["Chương trình", "Program"], config: ["Cấu hình (mã băm)", "Configuration (hash)"], inputsHash: ["Đầu vào (mã băm)", "Inputs (hash)"],
  trigger: ["Do", "Started by"], counters: ["Đã làm", "Work done"], message: ["Thông báo", "Message"], retrieved: ["Lấy về", "Retrieved"], published: ["Công bố", "Published"], bytes: ["Dung lượng", "Size"], asOf: ["Tình trạng số liệu tại", "State of knowledge at"],
  runStatus: {
    running: ["đang chạy", "running"], publishing: ["đang phát hành bản này", "publishing this release"], done: ["đã phát hành", "published"], unchanged: ["không có gì mới", "nothing new"],
    failed: ["lỗi", "failed"], checks_failed: ["bị giữ lại do kiểm tra", "held back by checks"], interrupted: ["bị ngắt", "interrupted"],
  },
  triggers: { manual: ["chạy tay", "by hand"], schedule: ["theo lịch", "schedule"] },
  counter: {
    books_new: ["tệp mới", "new books"], books_unchanged: ["tệp không đổi", "unchanged books"], books_failed: ["tệp lỗi", "failed books"], books_read: ["bảng đọc mới", "tables read"],
    books_cached: ["bảng đã đọc từ trước", "tables known already"], observations: ["quan sát", "observations"], quarantined: ["ô cách ly", "cells in quarantine"],
  },

  // trace
  traceOf: ["Con số này từ đâu ra", "Where this number comes from"], formulaWords: ["Định nghĩa", "Definition"], formulaInputs: ["Cách tính giá trị này", "How this value was computed"],
  inputs: ["Được tính từ {n} đầu vào", "Computed of {n} inputs"],
  notTraced: ["Trang này không chứa đường truy vết của giá trị này. Dùng lệnh: {command}", "This page does not hold the way back of this value. Use the command: {command}"],
  withheld: ["Giá trị bảo mật: đầu vào không được cho biết.", "The value is confidential: what it was made of is not told."], followed: ["Cách tính", "How it was made"],
  sheetOf: ["{book} › {sheet}", "{book} › {sheet}"], inCell: ["Ô {cell} ghi", "Cell {cell} holds"], sheetMissing: ["Trang tính này không được vẽ trong báo cáo: {why}", "This sheet is not drawn in the report: {why}"], noRoom: ["vượt giới hạn dung lượng", "it is beyond the size limit"], notAtHand: ["tệp không có sẵn", "the book is not at hand"],
  rowsHidden: ["{n} dòng không hiển thị", "{n} rows not shown"], showRows: ["Hiện thêm", "Show more"], marked: ["ô được trích dẫn", "the cited cell"], beyond: ["Ô {cell} nằm ngoài phần được vẽ.", "Cell {cell} is outside what is drawn."],
  emptyCell: ["(ô trống)", "(empty)"], sheetCaption: ["Trang tính {sheet} của {book}, như trong tệp", "Sheet {sheet} of {book}, as it looks in the book"], otherCells: ["{n} ô khác cùng trang cũng là đầu vào", "{n} more cells of this sheet are inputs too"],

  // units that books write in Vietnamese
  units: {
    "tỷ đồng": ["tỷ đồng", "billion dong"], "triệu đồng": ["triệu đồng", "million dong"], "nghìn đồng": ["nghìn đồng", "thousand dong"], "đồng": ["đồng", "dong"], "doanh nghiệp": ["doanh nghiệp", "firms"],
    "người": ["người", "persons"], "triệu đồng/người": ["triệu đồng/người", "million dong a person"], "điểm %": ["điểm %", "percentage points"], "điểm": ["điểm", "points"], "lần": ["lần", "times"],
    "1.000 USD": ["1.000 USD", "thousand USD"], "triệu USD": ["triệu USD", "million USD"], "Triệu USD": ["triệu USD", "million USD"], "Tỷ đồng": ["tỷ đồng", "billion dong"],
    "Nghìn tấn": ["nghìn tấn", "thousand tonnes"], "1000 tấn": ["1.000 tấn", "thousand tonnes"], "tấn": ["tấn", "tonnes"], "Triệu kwh": ["triệu kWh", "million kWh"], "cơ sở": ["cơ sở", "establishments"],
  },
};
