package sources

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/pipeline/kind"
)

// LimitOption is the option by which every kind of source bounds the size of an item.
const LimitOption = "max_bytes"

// Body makes the promises of Content.Body true for any stream: reading stops with an error when ctx ends, when the
// stream ends before want bytes (negative when the length is not known), and when it goes past want or limit.
func Body(ctx context.Context, stream io.ReadCloser, item string, want, limit int64) io.ReadCloser {
	return &body{ctx: ctx, stream: stream, item: item, want: want, limit: limit}
}

type body struct {
	ctx    context.Context
	stream io.ReadCloser
	item   string
	want   int64
	limit  int64
	seen   int64
	err    error
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if err := b.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read %s: %w", b.item, err)
	}
	n, err := b.stream.Read(p)
	b.seen += int64(n)
	switch {
	case b.seen > b.limit:
		b.err = TooLarge(b.item, b.limit)
	case b.want >= 0 && b.seen > b.want:
		b.err = b.length("longer")
	case err == io.EOF && b.want >= 0 && b.seen < b.want,
		errors.Is(err, io.ErrUnexpectedEOF):
		b.err = b.length("shorter")
	default:
		b.err = err
		return n, err
	}
	return 0, b.err
}

func (b *body) Close() error { return b.stream.Close() }

func (b *body) length(how string) error {
	what := fmt.Sprintf("the content is %s than announced: %d bytes read", how, b.seen)
	if b.want >= 0 {
		what += fmt.Sprintf(", %d expected", b.want)
	}
	return &fault.Error{Kind: fault.Unavailable, File: b.item, What: what, Remedy: "fetch it again"}
}

// TooLarge is the error for an item that exceeds the size limit.
func TooLarge(item string, limit int64) error {
	return &fault.Error{
		Kind: fault.Limit, File: item,
		What:   fmt.Sprintf("larger than the limit %s of %s", LimitOption, kind.Bytes(limit)),
		Remedy: "raise " + LimitOption + " of the source if the item is meant to be that large",
	}
}
