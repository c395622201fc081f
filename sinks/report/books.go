package report

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/sinks"
)

// shelf is the books of the release, numbered, with what of them is cited.
type shelf struct {
	books []*book
	at    map[string]int // number by snapshot
}

// book is one snapshot.
type book struct {
	Snapshot  string `json:"snapshot"`
	Source    string `json:"source"`
	Name      string `json:"name"`
	URI       string `json:"uri"`
	Producer  string `json:"producer,omitempty"`
	Licence   string `json:"licence,omitempty"`
	Retrieved string `json:"retrieved,omitempty"`
	Published string `json:"published,omitempty"`
	Bytes     int64  `json:"bytes"`
	New       bool   `json:"new,omitempty"` // not in the release before

	cited map[string]map[string]bool // cells by sheet
}

func (w *writer) readBooks(ctx context.Context) error {
	w.shelf = &shelf{at: map[string]int{}}
	if !w.ask.has("snapshots", "snapshot_id", "source", "uri", "version", "name", "retrieved_at", "published", "bytes", "licence", "producer") {
		return nil
	}
	columns := append(texts("snapshot_id", "source", "name", "uri", "producer", "licence"), micros("retrieved_at"), micros("published"), `"bytes"::BIGINT`)
	return w.ask.each(ctx, from("snapshots", columns...)+" ORDER BY uri, source, version", func(r row) error {
		if _, twice := w.shelf.at[r.text(0)]; twice {
			return nil
		}
		b := &book{
			Snapshot: r.text(0), Source: r.text(1), Name: r.text(2), URI: r.text(3), Producer: r.text(4), Licence: r.text(5),
			Retrieved: r.instant(6), Published: r.instant(7), Bytes: r.whole(8), cited: map[string]map[string]bool{},
		}
		release, known := w.before.Books[b.Snapshot]
		if !known {
			release = w.now.this()
		}
		b.New = !known && !w.first()
		w.now.Books[b.Snapshot] = release
		w.shelf.at[b.Snapshot] = len(w.shelf.books)
		w.shelf.books = append(w.shelf.books, b)
		return nil
	})
}

// cite notes a cell that a page refers to and gives the number of its book, -1 where there is none.
func (s *shelf) cite(snapshot, sheet, cell string) int {
	i, ok := s.at[snapshot]
	if !ok || sheet == "" || cell == "" {
		return -1
	}
	cells := s.books[i].cited[sheet]
	if cells == nil {
		cells = map[string]bool{}
		s.books[i].cited[sheet] = cells
	}
	cells[cell] = true
	return i
}

// bookEntry is how a page finds the sheets of a book.
type bookEntry struct {
	*book
	Sheets map[string]string `json:"sheets,omitempty"` // name of the data of a drawn sheet, or "!" and why there is none
}

const (
	mostInFile = 1 << 20 // bytes of drawings in one file
	drawers    = 2       // books that are drawn at a time
)

// writeSheets has the cited sheets drawn, newest books first, for as long as there is room.
func (w *writer) writeSheets(ctx context.Context) error {
	drawings := make([][]sinks.Drawing, len(w.shelf.books))
	if w.release.Books != nil && w.options.Sheets > 0 {
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(drawers)
		for i, b := range w.shelf.books {
			if len(b.cited) == 0 {
				continue
			}
			group.Go(func() (err error) {
				drawings[i], err = w.release.Books.Draw(within, b.Snapshot, b.citations())
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	entries := make([]bookEntry, len(w.shelf.books))
	order := make([]int, len(entries))
	for i, b := range w.shelf.books {
		entries[i], order[i] = bookEntry{book: b}, i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w.shelf.books[b].age(), w.shelf.books[a].age()) })
	room, shown, all := int64(w.options.Sheets), int64(0), int64(0)
	for _, i := range order {
		n, err := w.writeBook(&entries[i], drawings[i], i, &room)
		if err != nil {
			return err
		}
		shown, all = shown+n, all+int64(len(w.shelf.books[i].cited))
	}
	if shown < all && w.release.Books != nil {
		w.left = append(w.left, leftOut{"sheets", "", shown, all})
	}
	return w.data("books", entries)
}

// age orders books by when they were published or else fetched.
func (b *book) age() string { return cmp.Or(b.Published, b.Retrieved) }

// citations lists the cited sheets and cells in a fixed order.
func (b *book) citations() []sinks.Citation {
	var list []sinks.Citation
	for _, sheet := range slices.Sorted(maps.Keys(b.cited)) {
		list = append(list, sinks.Citation{Sheet: sheet, Cells: slices.Sorted(maps.Keys(b.cited[sheet]))})
	}
	return list
}

// writeBook writes the drawings of a book into as few files as their size allows, and gives how many sheets no limit kept out.
func (w *writer) writeBook(e *bookEntry, drawings []sinks.Drawing, number int, room *int64) (n int64, err error) {
	e.Sheets = map[string]string{}
	var content []byte
	part := 0
	name := func() string { return "book/" + strconv.Itoa(number) + "-" + strconv.Itoa(part) }
	flush := func() error {
		if len(content) == 0 {
			return nil
		}
		content = append(content, '}')
		err := w.put("data/"+name()+".js", script(name(), content))
		content, part = nil, part+1
		return err
	}
	for _, d := range drawings {
		switch {
		case d.Problem != "":
			e.Sheets[d.Sheet] = "!" + d.Problem // no limit of ours
			n++
			continue
		case int64(len(d.JSON)) > *room:
			e.Sheets[d.Sheet] = "!"
			continue
		}
		if len(content)+len(d.JSON) > mostInFile {
			if err := flush(); err != nil {
				return n, err
			}
		}
		*room -= int64(len(d.JSON))
		content = append(content, separator(content))
		content = strconv.AppendQuote(content, strconv.Itoa(len(e.Sheets)))
		content = append(append(content, ':'), d.JSON...)
		e.Sheets[d.Sheet] = name() + "#" + strconv.Itoa(len(e.Sheets))
		n++
	}
	return n, flush()
}

func separator(content []byte) byte {
	if len(content) == 0 {
		return '{'
	}
	return ','
}
