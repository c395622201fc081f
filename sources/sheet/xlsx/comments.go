package xlsx

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// comments reads the remarks on the cells of a sheet, by place. Where a cell has a thread of remarks, the thread is what
// people wrote; the plain comment that programs keep beside it says so for those who cannot show threads.
func (b *book) comments(ctx context.Context, part string) ([]sheet.Comment, error) {
	rels, err := b.relations(ctx, part)
	if err != nil {
		return nil, err
	}
	var plain, threads []sheet.Comment
	for _, r := range rels {
		into, root, item := &plain, "comments", "comment"
		switch r.kind {
		case "comments":
		case "threadedComment":
			into, root, item = &threads, "ThreadedComments", "threadedComment"
		default:
			continue
		}
		if !b.archive.Has(r.target) {
			continue
		}
		list := commentReader{book: b, item: item}
		if err := b.archive.Read(ctx, r.target, func(x *zipxml.Reader, got string) error { return list.read(x, root, got) }); err != nil {
			return nil, err
		}
		*into = append(*into, list.list...)
	}
	threaded := map[[2]int]bool{}
	for _, c := range threads {
		threaded[[2]int{c.Row, c.Col}] = true
	}
	plain = slices.DeleteFunc(plain, func(c sheet.Comment) bool { return threaded[[2]int{c.Row, c.Col}] })
	return inPlace(append(plain, threads...)), nil
}

// inPlace puts comments in order, those on one cell together.
func inPlace(list []sheet.Comment) []sheet.Comment {
	slices.SortStableFunc(list, func(a, b sheet.Comment) int { return cmp.Or(a.Row-b.Row, a.Col-b.Col) })
	out := list[:0]
	for _, c := range list {
		if n := len(out); n > 0 && out[n-1].Row == c.Row && out[n-1].Col == c.Col {
			out[n-1].Text += "\n" + c.Text
			continue
		}
		out = append(out, c)
	}
	return out
}

// commentReader reads a part of comments of either kind.
type commentReader struct {
	book *book
	item string // the element that is a comment
	size int64
	list []sheet.Comment
}

func (r *commentReader) read(x *zipxml.Reader, want, got string) error {
	if got != want {
		return x.Fault("the part does not hold comments")
	}
	return x.Children(func(name []byte) error {
		if string(name) == "commentList" {
			return x.Children(func(name []byte) error { return r.comment(x, name) })
		}
		return r.comment(x, name)
	})
}

func (r *commentReader) comment(x *zipxml.Reader, name []byte) error {
	if string(name) != r.item {
		return nil
	}
	ref, _ := x.Attr("ref")
	row, col, ok := sheet.ParseA1(string(ref))
	if !ok {
		return x.Fault(fmt.Sprintf("%q is not a cell that a comment can stand at", ref))
	}
	c := sheet.Comment{Row: row, Col: col}
	t := textReader{x: x, book: r.book}
	err := x.Children(func(name []byte) (err error) {
		if string(name) != "text" {
			return nil
		}
		if r.item == "comment" {
			c.Text, _, err = t.read()
			return err
		}
		t.buf = t.buf[:0]
		err = t.plain()
		c.Text = string(t.buf)
		return err
	})
	if err != nil {
		return err
	}
	if r.size += int64(len(c.Text)) + stringCost; r.size > r.book.limits.Strings {
		return sheet.Exceeds(r.book.file, "", "", sheet.LimitStrings, r.book.limits.Strings)
	}
	r.list = append(r.list, c)
	return nil
}
