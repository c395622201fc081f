package report_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/statloom/statloom/sinks"
)

// absent skips a test that needs what is not installed, and fails it where everything is to be tested.
func absent(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// tab is a page of a browser that keeps what its console complains of.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu        sync.Mutex
	complains []string
	marks     chan string // what silent has written to the console
}

// open starts a headless Chromium.
func open(t *testing.T) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		absent(t, "Chromium is missing: make browser installs it")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900), chromedp.UserDataDir(t.TempDir()))
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocated)
	t.Cleanup(end)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	b := &tab{t: t, ctx: ctx, marks: make(chan string, 1)}
	done := make(chan struct{})
	go func() { // it ends with the browser
		defer close(done)
		b.listen(chromedp.Console(ctx))
	}()
	t.Cleanup(func() { end(); <-done })
	return b
}

const consoleMark = "nothing more until here"

// listen keeps errors and warnings of the console, exceptions and failed loads.
func (b *tab) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		switch {
		case err != nil:
			return
		case strings.HasPrefix(m.Text, consoleMark):
			b.marks <- m.Text
		case m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.Type == chromedp.ConsoleException:
			b.mu.Lock()
			b.complains = append(b.complains, m.String())
			b.mu.Unlock()
		}
	}
}

// silent fails the test if the console has complained.
func (b *tab) silent(where string) {
	b.t.Helper()
	b.js(`console.log("` + consoleMark + `")`)
	select {
	case <-b.marks:
	case <-time.After(10 * time.Second):
		b.t.Fatalf("%s: the console is not heard", where)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.complains {
		b.t.Errorf("%s: the console says %s", where, text)
	}
	b.complains = nil
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// click clicks on what a selector finds first.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// js runs a script in the page.
func (b *tab) js(script string) {
	b.t.Helper()
	b.ask("(() => {" + script + "})()")
}

// goTo opens a page and waits until it is drawn.
func (b *tab) goTo(url string) {
	b.t.Helper()
	if strings.Contains(url, "#") {
		b.do(chromedp.Navigate("about:blank")) // another part of the same page would not be loaded
	}
	b.do(chromedp.Navigate(url))
	b.until(`document.body && document.body.dataset.ready === "true"`)
}

// until waits for a condition of the page.
func (b *tab) until(condition string) {
	b.t.Helper()
	for range 750 {
		if b.ask("!!("+condition+")") == "true" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	shown := b.ask(`location.href + "\n" + document.body.innerText.slice(0, 1500)`)
	b.silent(condition)
	b.t.Fatalf("%s does not come true\n%s", condition, shown)
}

// ask gives what an expression of the page comes to, as text.
func (b *tab) ask(expression string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// same compares what an expression comes to.
func (b *tab) same(expression, want string) {
	b.t.Helper()
	if got := strings.ReplaceAll(b.ask(expression), "\u00a0", " "); got != want {
		b.t.Errorf("%s is %q, want %q", expression, got, want)
	}
}

// served gives a folder over HTTP under a policy that allows nothing but what the site itself brings.
func served(t *testing.T, dir string) string {
	t.Helper()
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// sitePages lists the pages of a site: those that every site has, and of indicators and datasets the first few.
func sitePages(t *testing.T, dir string, most int) []string {
	t.Helper()
	list := []string{"index.html", "indicators.html", "datasets.html", "quality.html", "runs.html"}
	for _, kind := range []string{"indicator", "dataset"} {
		found, err := filepath.Glob(filepath.Join(dir, "report", kind, "*.html"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no pages of kind %s: %v", kind, err)
		}
		for _, f := range found[:min(len(found), most)] {
			list = append(list, kind+"/"+filepath.Base(f))
		}
	}
	return list
}

// made gives the folder of a release with a report, which had another one before it.
func made(t *testing.T) string {
	t.Helper()
	before := publish(t, store(t), func(r *sinks.Release) { r.ID = "r1"; r.Time = r.Time.AddDate(0, -1, 0) }, nil)
	db := store(t, `UPDATE indicators SET obs_value = 41.5 WHERE indicator = 'SHARE' AND industry = '_T' AND time_period = '2024'`, `UPDATE targets SET actual_value = 41.5, gap = -3.5`)
	return publish(t, db, func(r *sinks.Release) { r.Previous = before }, nil)
}

// TestBrowser reads the site as people do: from the disk, and from a server under a strict policy.
func TestBrowser(t *testing.T) {
	b := open(t)
	dir := made(t)
	disk := "file://" + filepath.Join(dir, "report") + "/"
	for _, base := range []string{disk, served(t, dir) + "/report/"} {
		for _, page := range sitePages(t, dir, 2) {
			b.goTo(base + page)
			b.same(`document.querySelectorAll("h1").length`, "1")
			b.silent(page)
		}
	}
	t.Run("Language", func(t *testing.T) { b.of(t).language(disk) })
	t.Run("Trace", func(t *testing.T) { b.of(t).trace(disk) })
	t.Run("Chart", func(t *testing.T) { b.of(t).chart(disk) })
	t.Run("Dataset", func(t *testing.T) { b.of(t).dataset(disk) })
	t.Run("Download", func(t *testing.T) { b.of(t).download(disk) })
	t.Run("Hostile", func(t *testing.T) { b.of(t).hostile(disk, sitePages(t, dir, 9)) })
	t.Run("Access", func(t *testing.T) { b.of(t).access(disk, sitePages(t, dir, 1)) })
}

// of is the same page for a part of a test.
func (b *tab) of(t *testing.T) *tab { b.t = t; return b }

// language switches: words and numbers change at once, and stay for the next page.
func (b *tab) language(base string) {
	b.goTo(base + "index.html")
	b.same(`document.querySelector(".big a").textContent`, "41,50")
	b.same(`document.documentElement.lang`, "vi")
	b.same(`document.querySelector(".card-since").textContent`, "Từ bản trước (02/06/2025 02:00 UTC): 40,50 % → 41,50 %")
	b.click(`#tools [lang="en"]`)
	b.same(`document.querySelector(".big a").textContent`, "41.50")
	b.same(`document.documentElement.lang + " " + document.activeElement.textContent`, "en English")
	b.same(`document.querySelector(".standing").textContent`, "▲ At risk")
	b.same(`document.querySelector(".made-up").textContent`, "Illustrative figures: they are made up and are not statistics.")
	b.goTo(base + "dataset/output.html")
	b.same(`document.querySelector("tbody .num").textContent`, "1,234.5")
	b.click(`#tools [lang="vi"]`)
	b.same(`document.querySelector("tbody .num").textContent`, "1.234,5")
	b.silent("language")
}

// trace goes from a number to its formula, to the marked cell of the drawn sheet, and back.
func (b *tab) trace(base string) {
	b.goTo(base + "index.html")
	b.do(chromedp.Focus(chromedp.CSS(".big a")), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("dialog .formula")`)
	b.same(`document.querySelectorAll("dialog .formula")[0].textContent`, "100 * #1 / #2")
	b.same(`document.querySelectorAll("dialog .formula")[1].textContent`, "100 * 500 / 1.234,5")
	b.same(`[...document.querySelectorAll("dialog .inputs tbody tr:first-child > *")].slice(2, 6).map((e) => e.textContent).join("|")`, "500 tỷ đồng|1|tử số|bình thường")
	b.click(`dialog .cellref`)
	b.until(`document.querySelector("dialog .mark")`)
	b.same(`document.querySelector("dialog .mark").firstChild.textContent + " " + document.querySelector("dialog .mark").dataset.cell`, "500 D3")
	b.same(`document.querySelector("dialog .in-cell strong").textContent`, "500")
	b.same(`(() => { const m = document.querySelector("dialog .mark").getBoundingClientRect(), s = document.querySelector("dialog .sheet-scroll").getBoundingClientRect(); return m.top >= s.top && m.bottom <= s.bottom && m.left >= s.left && m.right <= s.right; })()`, "true")
	// The denominator is an indicator: its own trace follows, and the browser's way back leads here again.
	b.js(`[...document.querySelectorAll("dialog a")].find((a) => a.hash.includes("trace=TOTAL")).click()`)
	b.until(`document.querySelector("#trace-title").textContent.startsWith("TOTAL") && document.querySelector("dialog .cellref")`)
	b.js(`history.back()`)
	b.until(`document.querySelector("#trace-title").textContent.startsWith("SHARE") && document.querySelector("dialog .cellref")`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.querySelector("dialog").open && location.hash === ""`)
	b.same(`document.activeElement.className`, "num")
	// A workbook links to a value in this form.
	b.goTo(base + "index.html" + sinks.TraceFragment("SHARE", "2024", [][2]string{{"industry", "_T"}}))
	b.until(`document.querySelector("dialog .formula")`)
	// What is not in the page is said, with the command that knows it.
	b.goTo(base + "index.html" + sinks.TraceFragment("TOTAL", "2023", nil))
	b.until(`document.querySelector("dialog code")`)
	b.same(`document.querySelector("dialog code").textContent`, "statloom trace TOTAL --period 2023")
	b.silent("trace")
}

// chart has lines, says in words what it shows, and tells its values under the pointer and by keys.
func (b *tab) chart(base string) {
	b.goTo(base + "indicator/SHARE.html")
	b.until(`document.querySelector(".uplot canvas")`)
	b.same(`document.querySelector(".chart").getAttribute("aria-label")`, "Biểu đồ Tỷ trọng. Toàn ngành: từ 39,58 % (2022) đến 41,50 % (2024).")
	b.same(`[...document.querySelectorAll(".legend li")].map((e) => e.textContent.trim()).join("|")`, "Công bố 02/06/2025|Tỷ trọng (khoảng)|Sơ bộ, ước tính|Đường mục tiêu|Dự báo: xu hướng")
	b.same(`document.querySelector(".tip").hidden`, "true")
	b.js(`(() => { const over = document.querySelector(".u-over"), r = over.getBoundingClientRect();
		over.dispatchEvent(new MouseEvent("mouseenter", {clientX: r.left + 5, clientY: r.top + 50}));
		over.dispatchEvent(new MouseEvent("mousemove", {clientX: r.left + 5, clientY: r.top + 50})); })()`)
	b.until(`!document.querySelector(".tip").hidden`)
	b.same(`document.querySelector(".tip > b").textContent`, "2022")
	b.do(chromedp.Focus(chromedp.CSS(".chart")), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	b.until(`document.querySelector(".tip > b").textContent === "2024"`)
	b.same(`document.querySelector("#live").textContent.includes("41,50")`, "true")
	b.same(`document.querySelector(".data tbody tr").textContent.includes("02/06/2025: 40,50")`, "true")
	b.js(`const s = document.querySelector("[data-dimension]"); s.value = "C"; s.dispatchEvent(new Event("change"))`)
	b.until(`document.querySelectorAll("section")[1].querySelectorAll("tbody tr").length === 1`)
	b.silent("chart")
}

// dataset filters its series and shows the vintages of one.
func (b *tab) dataset(base string) {
	b.goTo(base + "dataset/output.html")
	b.until(`document.querySelector(".detail .uplot")`)
	rows := `document.querySelector(".table tbody").rows.length`
	b.same(rows, "4")
	b.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "che bien"))
	b.until(rows + ` === 1`)
	b.click(`.table tbody .num`)
	b.until(`document.querySelector(".detail h2").textContent.startsWith("C · Chế biến")`)
	b.same(`[...document.querySelectorAll(".detail tbody tr")].map((r) => r.cells[1].textContent).join("|")`, "500|không có số|400")
	b.js(`document.querySelector("input[type=search]").value = ""; document.querySelector("input[type=search]").dispatchEvent(new Event("input")); document.querySelector("input[type=checkbox]").click()`)
	b.until(rows + ` === 1`)
	b.click(`.detail td a.num`)
	b.until(`document.querySelector("dialog .mark")`)
	b.same(`document.querySelector("dialog .mark").dataset.cell`, "D3")
	b.goTo(base + "dataset/firms.html")
	b.until(`document.querySelector(".table")`)
	b.same(`document.querySelector("tbody details p").textContent.includes("10,5")`, "true")
	b.silent("dataset")
}

// download saves the figures and the pictures.
func (b *tab) download(base string) {
	dir := b.t.TempDir()
	if _, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}); err != nil {
		b.t.Fatal(err)
	}
	b.goTo(base + "indicator/SHARE.html")
	b.until(`document.querySelectorAll(".downloads button").length === 3`)
	for i, name := range []string{"SHARE.csv", "SHARE.png", "SHARE.svg"} {
		b.js(fmt.Sprintf(`document.querySelectorAll(".downloads button")[%d].click()`, i))
		want := map[string]string{"SHARE.csv": "\ufeffindicator,industry,time_period,obs_value,obs_low,obs_high,obs_status,unit,obs_comment\r\nSHARE,_T,2022,39.58,38,41,A,%,\r\n", "SHARE.png": "\x89PNG", "SHARE.svg": "<svg "}[name]
		if got := wait(b.t, filepath.Join(dir, name)); !strings.HasPrefix(got, want) {
			b.t.Errorf("%s begins with %.120q", name, got)
		}
	}
	b.goTo(base + "dataset/firms.html")
	b.until(`document.querySelector(".downloads button")`)
	b.js(`document.querySelector(".downloads button").click()`)
	if got := wait(b.t, filepath.Join(dir, "firms.csv")); !strings.Contains(got, `001,"'=HYPERLINK(""x"")",C,12.5`) {
		b.t.Errorf("a text that would be a formula: %q", got)
	}
	b.silent("download")
}

// wait reads a file as soon as the browser has written it.
func wait(t *testing.T, name string) string {
	t.Helper()
	for range 300 {
		if content, err := os.ReadFile(name); err == nil && len(content) > 0 {
			return string(content)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not come", filepath.Base(name))
	return ""
}

// hostile: texts that look like markup are shown as they are, and nothing of them runs.
func (b *tab) hostile(base string, pages []string) {
	for _, page := range pages {
		b.goTo(base + page)
		b.same(`document.querySelectorAll("img, main script, main b b, main i, main u").length`, "0")
	}
	b.goTo(base + "dataset/output.html")
	b.same(`document.querySelector("main").textContent.includes("<img src=x onerror=alert(1)>")`, "true")
	b.goTo(base + `index.html#trace=%3Cimg%20src%3Dx%3E&time_period=1`)
	b.until(`document.querySelector("dialog .problem")`)
	b.goTo(base + `index.html#book=99&sheet=%3Cimg%20src%3Dx%3E&cell=A1`)
	b.until(`document.querySelector("dialog h3")`)
	b.same(`document.querySelectorAll("img").length`, "0")
	b.silent("hostile")
}
