package pipeline_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/statloom/statloom/pipeline/runlog"
)

// many is so many books that they are packed.
const many = 40

func packedWorld(t *testing.T) *world {
	w := newWorld(t)
	for i := range many {
		w.books.set(fmt.Sprintf("b%02d.csv", i), book(fmt.Sprintf("A%02d,2023,%d", i, i), "all,2023,x"))
	}
	w.run(runlog.Done, 0)
	return w
}

// without removes the fragments of single books, so that nothing but the pack can tell what is in them; harm has the pack.
func (w *world) without(harm func(pack string)) {
	w.t.Helper()
	pack, size := "", int64(0)
	w.each("fragments", func(f string) error {
		if info, err := os.Stat(f); err != nil {
			return err
		} else if info.Size() > size {
			pack, size = f, info.Size()
		}
		return nil
	})
	w.each("fragments", func(f string) error {
		if f == pack {
			return nil
		}
		return os.Remove(f)
	})
	harm(pack)
}

const summed = "SELECT count(*), sum(obs_value), (SELECT count(*) FROM quarantine) FROM iip"

func TestPack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(w *world, pack string)
		full bool
		read int
	}{
		"only what is new is read":       {read: 1},
		"a damaged pack is not believed": {harm: func(w *world, pack string) { w.must(os.Truncate(pack, 1000)) }, read: many + 1},
		"a pack that is gone":            {harm: func(w *world, pack string) { w.must(os.Remove(pack)) }, read: many + 1},
		"everything anew":                {full: true, read: many + 1},
		"another program":                {harm: func(w *world, _ string) { w.Engine = "v2" }, read: many + 1},
		"another recipe":                 {harm: func(w *world, _ string) { w.Datasets[0].RecipeHash = "r2" }, read: many + 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := packedWorld(t)
			w.expect(summed, "40 780.0 40")
			w.without(func(pack string) {
				if c.harm != nil {
					c.harm(w, pack)
				}
			})
			read := len(w.reader.books)
			w.books.set("new.csv", book("New,2023,1000", "all,2023,x"))
			w.Full = c.full
			w.run(runlog.Done, 0)
			w.expect(summed, "41 1780.0 41")
			if n := len(w.reader.books) - read; n != c.read {
				t.Errorf("%d books were read, want %d", n, c.read)
			}
		})
	}
}

// A book that is withdrawn, or replaced, does not live on in the pack.
func TestPackOfBooksThatAreGone(t *testing.T) {
	t.Parallel()
	w := packedWorld(t)
	w.without(func(string) {})
	w.books.items = w.books.items[1:]
	w.books.set("b01.csv", book("A01,2023,501"))
	w.run(runlog.Done, 0)
	w.expect(summed, "39 1280.0 39")
	w.expect("SELECT obs_value, vintage_to IS NULL FROM iip_history WHERE area = 'A01' ORDER BY 1", "1.0 false\n501.0 true")
	// So many go that the pack is made again, of the old one.
	w.books.items = w.books.items[:5]
	w.run(runlog.Done, 0)
	w.expect(summed, "5 515.0 5")
	w.books.set("last.csv", book("Last,2023,1"))
	read := len(w.reader.books)
	w.run(runlog.Done, 0)
	w.expect(summed, "6 516.0 5")
	if n := len(w.reader.books) - read; n != 1 {
		t.Errorf("%d books were read, want the new one", n)
	}
}
