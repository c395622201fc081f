// Package sourcetest is the suite that every kind of source passes: what the contract in package sources promises,
// tried on a place that the kind's own test sets up.
package sourcetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// Harness is a place that a source reads from: a folder, a server.
type Harness interface {
	// Source gives a fresh source over the place as it is now, whose size limit is limit bytes.
	Source(t *testing.T, limit int64) sources.Source
	// Put makes an item or replaces its content; a source must be able to notice.
	Put(t *testing.T, name string, content []byte)
	// Remove takes an item away.
	Remove(t *testing.T, name string)
	// Cut makes the item's content end early. It is called before Open, and again when Open has succeeded, for kinds in
	// which content can only be lost in between; one of the two must take effect.
	Cut(t *testing.T, name string)
}

const (
	ample   = 1 << 30
	changed = "a,b\n1,20\n" // as long as first, so that the size does not give it away
	first   = "a,b\n1,10\n"
)

// Run tries everything on a source, each thing on a fresh place.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"list is sorted and each URI stands once", listSorted},
		{"open gives the exact bytes", exactBytes},
		{"an unchanged item is not fetched", unchanged},
		{"changed content is noticed", changedContent},
		{"an item that vanished is a clear error", vanished},
		{"a cancelled context ends list, open and read", cancelled},
		{"items are opened concurrently", concurrent},
		{"the size limit holds and is named", limited},
		{"content that ends early is an error", cut},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

func listSorted(t *testing.T, h Harness) {
	names := []string{"b.csv", "Biểu số 10.csv", "a.csv", "Z.csv"}
	for _, n := range names {
		h.Put(t, n, []byte(first))
	}
	items := list(t, h.Source(t, ample))
	if !slices.IsSortedFunc(items, func(a, b sources.Item) int { return strings.Compare(a.URI, b.URI) }) {
		t.Errorf("not sorted by URI: %v", items)
	}
	var got []string
	seen := map[string]bool{}
	for _, i := range items {
		if seen[i.URI] {
			t.Errorf("%s stands more than once", i.URI)
		}
		seen[i.URI] = true
		got = append(got, i.Name)
	}
	slices.Sort(got)
	slices.Sort(names)
	if d := cmp.Diff(names, got); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	if d := cmp.Diff(items, list(t, h.Source(t, ample))); d != "" {
		t.Errorf("a second list differs:\n%s", d)
	}
}

func exactBytes(t *testing.T, h Harness) {
	random := rand.New(rand.NewPCG(1, 2))
	want := map[string][]byte{"one.csv": {'x'}, "text.csv": []byte("\xef\xbb\xbfa;b\r\n1;2\r\n")}
	large := make([]byte, 3<<20+17)
	for i := range large {
		large[i] = byte(random.Uint32())
	}
	want["large.xls"] = large
	for name, content := range want {
		h.Put(t, name, content)
	}
	s := h.Source(t, ample)
	for _, item := range list(t, s) {
		c := open(t, s, item, sources.Validators{})
		got := read(t, c)
		if !bytes.Equal(got, want[item.Name]) {
			t.Errorf("%s: %d bytes that differ from the %d put", item.Name, len(got), len(want[item.Name]))
		}
		if c.Validators.Size != 0 && c.Validators.Size != int64(len(got)) {
			t.Errorf("%s: validators say %d bytes, it has %d", item.Name, c.Validators.Size, len(got))
		}
	}
}

func unchanged(t *testing.T, h Harness) {
	h.Put(t, "a.csv", []byte(first))
	s := h.Source(t, ample)
	item := only(t, s)
	known := fetched(t, s, item)
	s = h.Source(t, ample)
	if d := cmp.Diff(item, only(t, s)); d != "" {
		t.Errorf("the item differs in a second source:\n%s", d)
	}
	if _, err := s.Open(t.Context(), item, known); !errors.Is(err, sources.ErrUnchanged) {
		t.Errorf("Open with the validators of the last fetch gave %v, want ErrUnchanged", err)
	}
	if got := read(t, open(t, s, item, sources.Validators{})); string(got) != first {
		t.Errorf("Open without validators gave %q", got)
	}
}

func changedContent(t *testing.T, h Harness) {
	for _, next := range []string{changed, first + "2,30\n"} {
		h.Put(t, "a.csv", []byte(first))
		s := h.Source(t, ample)
		known := fetched(t, s, only(t, s))
		h.Put(t, "a.csv", []byte(next))
		s = h.Source(t, ample)
		if got := read(t, open(t, s, only(t, s), known)); string(got) != next {
			t.Errorf("after a change Open gave %q, want %q", got, next)
		}
	}
}

func vanished(t *testing.T, h Harness) {
	h.Put(t, "gone.csv", []byte(first))
	h.Put(t, "stays.csv", []byte(first))
	s := h.Source(t, ample)
	items := list(t, s)
	gone := items[slices.IndexFunc(items, func(i sources.Item) bool { return i.Name == "gone.csv" })]
	before := fetched(t, s, gone)
	h.Remove(t, "gone.csv")
	for _, known := range []sources.Validators{{}, before} {
		_, err := s.Open(t.Context(), gone, known)
		if k := fault.KindOf(err); k != fault.Unavailable && k != fault.Input {
			t.Errorf("Open gave %v of kind %v, want unavailable or input", err, k)
		}
		if err == nil || !strings.Contains(err.Error(), "gone.csv") {
			t.Errorf("Open gave %v, which does not name the item", err)
		}
	}
}

func cancelled(t *testing.T, h Harness) {
	h.Put(t, "a.csv", bytes.Repeat([]byte("1,2\n"), 1<<20))
	s := h.Source(t, ample)
	ctx, cancel := context.WithCancel(t.Context())
	c, err := s.Open(ctx, only(t, s), sources.Validators{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, c.Body, 10); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.Copy(io.Discard, c.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("read gave %v after the context was cancelled", err)
	}
	if err := c.Body.Close(); err != nil {
		t.Error(err)
	}
	item := only(t, s)
	if _, err := s.Open(ctx, item, sources.Validators{}); !errors.Is(err, context.Canceled) {
		t.Errorf("open gave %v with a cancelled context", err)
	}
	if _, err := h.Source(t, ample).List(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("list gave %v with a cancelled context", err)
	}
}

func concurrent(t *testing.T, h Harness) {
	for i := range 4 {
		h.Put(t, fmt.Sprintf("%d.csv", i), fmt.Appendf(nil, "a,b\n%d,%d.csv\n", i, i))
	}
	s := h.Source(t, ample)
	items := list(t, s)
	g, ctx := errgroup.WithContext(t.Context())
	for i := range 16 {
		item := items[i%len(items)]
		g.Go(func() error {
			c, err := s.Open(ctx, item, sources.Validators{})
			if err != nil {
				return err
			}
			got, err := io.ReadAll(c.Body)
			if err == nil && !strings.Contains(string(got), item.Name) {
				err = fmt.Errorf("%s has the content %q of another item", item.Name, got)
			}
			return errors.Join(err, c.Body.Close())
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

func limited(t *testing.T, h Harness) {
	h.Put(t, "at.csv", make([]byte, 1000))
	h.Put(t, "over.csv", make([]byte, 1001))
	s := h.Source(t, 1000)
	for _, item := range list(t, s) {
		got, err := fetch(t.Context(), s, item)
		if item.Name == "at.csv" {
			if err != nil || len(got) != 1000 {
				t.Errorf("an item at the limit: %d bytes, %v", len(got), err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Limit {
			t.Fatalf("an item over the limit gave %v, want a limit error", err)
		}
		for _, part := range []string{sources.LimitOption, "1000", "over.csv"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %s", err, part)
			}
		}
	}
}

func cut(t *testing.T, h Harness) {
	h.Put(t, "a.csv", bytes.Repeat([]byte("1,2\n"), 1<<18))
	s := h.Source(t, ample)
	item := only(t, s)
	h.Cut(t, "a.csv")
	c, err := s.Open(t.Context(), item, sources.Validators{})
	if err == nil {
		h.Cut(t, "a.csv")
		_, err = io.Copy(io.Discard, c.Body)
		if e := c.Body.Close(); e != nil {
			t.Error(e)
		}
	}
	if k := fault.KindOf(err); err == nil || k != fault.Unavailable && k != fault.Input {
		t.Errorf("content that ends early gave %v of kind %v, want unavailable or input", err, k)
	}
}

func list(t *testing.T, s sources.Source) []sources.Item {
	t.Helper()
	items, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func only(t *testing.T, s sources.Source) sources.Item {
	t.Helper()
	items := list(t, s)
	if len(items) != 1 {
		t.Fatalf("list gave %d items, want 1: %v", len(items), items)
	}
	return items[0]
}

func open(t *testing.T, s sources.Source, item sources.Item, known sources.Validators) *sources.Content {
	t.Helper()
	c, err := s.Open(t.Context(), item, known)
	if err != nil {
		t.Fatalf("open %s: %v", item.URI, err)
	}
	return c
}

// fetched reads an item and gives its validators as the lake would keep them.
func fetched(t *testing.T, s sources.Source, item sources.Item) sources.Validators {
	t.Helper()
	c := open(t, s, item, sources.Validators{})
	sum := sha256.Sum256(read(t, c))
	c.Validators.SHA256 = hex.EncodeToString(sum[:])
	return c.Validators
}

func read(t *testing.T, c *sources.Content) []byte {
	t.Helper()
	got, err := io.ReadAll(c.Body)
	if err := errors.Join(err, c.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

func fetch(ctx context.Context, s sources.Source, item sources.Item) ([]byte, error) {
	c, err := s.Open(ctx, item, sources.Validators{})
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(c.Body)
	return got, errors.Join(err, c.Body.Close())
}
