package report_test

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/statloom/statloom/sinks"
)

// TestPictures takes the pictures of the documentation of the release in the folder that STATLOOM_PICTURES names, which holds
// the built-in sample. Without it there is nothing to do.
func TestPictures(t *testing.T) {
	dir, err := filepath.EvalSymlinks(os.Getenv("STATLOOM_PICTURES"))
	if os.Getenv("STATLOOM_PICTURES") == "" {
		t.Skip("make pictures takes the pictures")
	}
	if err != nil {
		t.Fatal(err)
	}
	b := open(t)
	base := "file://" + filepath.Join(dir, "report") + "/"
	share := sinks.TraceFragment("SI01", "2024", [][2]string{{"field", "_T"}, {"denominator", "_T"}})
	for _, p := range []struct {
		name, page, wait, prepare string
		width, height             int64
	}{
		{"report-overview", "index.html", `true`, ``, 1440, 830},
		{"report-indicator", "indicator/SI01.html", `document.querySelector(".uplot")`, `statloom.setLanguage("en")`, 820, 1000},
		{"report-phone", "index.html", `true`, `statloom.setLanguage("vi"); statloom.setTheme("dark")`, 390, 844},
		{"report-trace", "index.html" + share, `document.querySelector("dialog .cellref")`, ``, 1440, 830},
	} {
		b.do(chromedp.EmulateViewport(p.width, p.height))
		b.goTo(base + p.page)
		b.js(`statloom.setTheme("light"); ` + p.prepare)
		b.until(p.wait)
		b.same(`document.documentElement.scrollWidth <= innerWidth`, "true")
		if p.name == "report-trace" {
			b.js(`statloom.setLanguage("vi")`)
			b.until(p.wait)
			b.click(`dialog .cellref`)
			b.until(`document.querySelector("dialog .mark")`)
		}
		shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("..", "..", "docs", "images", p.name+".png"), small(t, shot), 0o644); err != nil {
			t.Fatal(err)
		}
		b.silent(p.page)
	}
}

// TestWidths: at every width that people have, no page is wider than the window, and its parts do not overlap it.
func TestWidths(t *testing.T) {
	b := open(t)
	dir := made(t)
	base := "file://" + filepath.Join(dir, "report") + "/"
	for _, width := range []int64{320, 768, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		for _, page := range sitePages(t, dir, 1) {
			b.goTo(base + page)
			for _, language := range []string{"en", "vi"} {
				b.js(`statloom.setLanguage("` + language + `")`)
				if got := b.ask(`[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .sr, .skip, .tip, .u-over")).map((e) => e.tagName + "." + e.className).slice(0, 5).join(" ")`); got != "" {
					t.Errorf("%s at %d, %s: beyond the window: %s", page, width, language, got)
				}
			}
		}
	}
}

// small writes a picture with the 256 colours that it has most of, which pages have few more of.
func small(t *testing.T, shot []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[color.Color]int{}
	for y := full.Bounds().Min.Y; y < full.Bounds().Max.Y; y++ {
		for x := full.Bounds().Min.X; x < full.Bounds().Max.X; x++ {
			counts[full.At(x, y)]++
		}
	}
	var colours color.Palette
	for c := range counts {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.Color) int { return cmp.Compare(counts[b], counts[a]) })
	colours = colours[:min(len(colours), 256)]
	nearest := map[color.Color]uint8{}
	for c := range counts {
		nearest[c] = uint8(colours.Index(c))
	}
	few := image.NewPaletted(full.Bounds(), colours)
	for y := full.Bounds().Min.Y; y < full.Bounds().Max.Y; y++ {
		for x := full.Bounds().Min.X; x < full.Bounds().Max.X; x++ {
			few.SetColorIndex(x, y, nearest[full.At(x, y)])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
