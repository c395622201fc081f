package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/statloom/statloom/pipeline/lake"
	"github.com/statloom/statloom/transforms"
)

// pack is the end of a file that holds what many fragments of a dataset hold, and what came of comparing their books: to
// open and check a file a book, every night, takes longer than to read the rows. It is made again of the fragments when
// many of a dataset's books are not in it, or many are in it that no longer count. Like a fragment it is sealed, and what
// is in it is found by the names of fragments, which tell all that their content depends on.
type pack struct {
	Books []packed `json:"books"` // in the order of their rows
	Pairs []pair   `json:"pairs,omitempty"`

	books map[string]int
	pairs map[pairKey]int
}

// packed says of one fragment what is behind its rows, without the shapes of tables.
type packed struct {
	Key     string  `json:"key"`
	Batches int     `json:"batches"` // how many of the pack's are its own
	Shaped  bool    `json:"shaped"`  // the fragment has shapes: the book holds the dataset
	End     trailer `json:"end"`
}

// pair is what two books differ in.
type pair struct {
	pairKey
	Changes []transforms.TableChange `json:"changes,omitempty"`
}

type pairKey struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// packAfter is how many books may be outside a pack, or in it in vain, before it is made again.
const packAfter = 32

// fragmentID names the fragment of an input in packs.
func (r *Runner) fragmentID(in input) string {
	k := in.key(r.Engine)
	return k.Snapshot + "-" + k.Recipe
}

func (r *Runner) packKey(d *Dataset) lake.FragmentKey {
	digest := func(format string, args ...any) string {
		sum := sha256.Sum256(fmt.Appendf(nil, format, args...))
		return hex.EncodeToString(sum[:])
	}
	return lake.FragmentKey{Snapshot: digest("pack of %q", d.ID), Recipe: digest("%q %q", r.Engine, d.RecipeHash)}
}

// pack gives what is known of a dataset's pack; it is empty where there is none, and for a run that makes everything anew.
func (r *running) pack(ctx context.Context, d *Dataset) (*pack, error) {
	if p, ok := r.packs[d]; ok {
		return p, nil
	}
	p := &pack{}
	if !r.Full {
		blob, ok, err := r.Lake.Fragment(ctx, r.packKey(d))
		if err != nil {
			return nil, err
		}
		if ok {
			_, err = readEnd(blob, p)
			if err = errors.Join(err, blob.Close()); err != nil {
				return nil, err
			}
		}
	}
	p.index()
	if r.packs == nil {
		r.packs = map[*Dataset]*pack{}
	}
	r.packs[d] = p
	return p, nil
}

func (p *pack) index() {
	p.books, p.pairs = map[string]int{}, map[pairKey]int{}
	for i, b := range p.Books {
		p.books[b.Key] = i
	}
	for i, c := range p.Pairs {
		p.pairs[c.pairKey] = i
	}
}

// add keeps what two books differ in.
func (p *pack) add(c pair) {
	p.pairs[c.pairKey] = len(p.Pairs)
	p.Pairs = append(p.Pairs, c)
}

// packed reports whether the pack holds what the fragment of an input holds.
func (r *running) packed(ctx context.Context, in input) (bool, error) {
	p, err := r.pack(ctx, in.dataset)
	if err != nil {
		return false, err
	}
	_, ok := p.books[r.fragmentID(in)]
	return ok, nil
}

// walk gives the rows of a dataset's inputs book by book: first those of the pack in its order, then those of fragments.
// done is told after the rows of each book.
func (r *running) walk(ctx context.Context, d *Dataset, inputs []input, each func(arrow.RecordBatch) error, done func(input, packed) error) error {
	p, err := r.pack(ctx, d)
	if err != nil {
		return err
	}
	within := map[string]input{}
	var loose []input
	for _, in := range inputs {
		if in.dataset != d {
			continue
		}
		if id := r.fragmentID(in); len(p.books) > 0 {
			if _, ok := p.books[id]; ok {
				within[id] = in
				continue
			}
		}
		loose = append(loose, in)
	}
	if len(within) > 0 {
		if err := r.walkPack(ctx, d, p, within, each, done); err != nil {
			return err
		}
	}
	for _, in := range loose {
		if err := r.walkFragment(ctx, in, each, done); err != nil {
			return err
		}
	}
	return nil
}

func (r *running) walkPack(ctx context.Context, d *Dataset, p *pack, within map[string]input, each func(arrow.RecordBatch) error, done func(input, packed) error) error {
	blob, ok, err := r.Lake.Fragment(ctx, r.packKey(d))
	if err == nil && !ok {
		err = fmt.Errorf("the pack of %s is gone from the lake while the run needed it", d.ID)
	}
	if err != nil {
		return err
	}
	defer blob.Close()
	stream, err := readEnd(blob, nil)
	if err != nil {
		return err
	}
	rows, err := ipc.NewReader(io.NewSectionReader(blob, 0, stream))
	if err != nil {
		return fmt.Errorf("read pack: %w", err)
	}
	defer rows.Release()
	for _, b := range p.Books {
		in, wanted := within[b.Key]
		for range b.Batches {
			if !rows.Next() {
				return fmt.Errorf("read pack of %s: it ends early: %w", d.ID, errors.Join(rows.Err(), io.ErrUnexpectedEOF))
			}
			if !wanted {
				continue
			}
			if err := each(rows.RecordBatch()); err != nil {
				return err
			}
		}
		if wanted {
			if err := done(in, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *running) walkFragment(ctx context.Context, in input, each func(arrow.RecordBatch) error, done func(input, packed) error) error {
	blob, err := r.openFragment(ctx, in)
	if err != nil {
		return err
	}
	defer blob.Close()
	b := packed{Key: r.fragmentID(in)}
	stream, err := readEnd(blob, &b.End)
	if err != nil {
		return err
	}
	for batch, err := range batches(blob, stream) {
		if err != nil {
			return err
		}
		if err := each(batch); err != nil {
			return err
		}
		b.Batches++
	}
	b.strip()
	return done(in, b)
}

// end gives what stands behind the rows of an input's fragment.
func (r *running) end(ctx context.Context, in input) (packed, error) {
	id := r.fragmentID(in)
	if b, ok := r.ends[id]; ok {
		return b, nil
	}
	p, err := r.pack(ctx, in.dataset)
	if err != nil {
		return packed{}, err
	}
	if i, ok := p.books[id]; ok {
		return p.Books[i], nil
	}
	blob, err := r.openFragment(ctx, in)
	if err != nil {
		return packed{}, err
	}
	defer blob.Close()
	b := packed{Key: id}
	_, err = readEnd(blob, &b.End)
	b.strip()
	r.keepEnd(b)
	return b, err
}

// keepEnd remembers what stands behind the rows of a fragment.
func (r *running) keepEnd(b packed) {
	if r.ends == nil {
		r.ends = map[string]packed{}
	}
	r.ends[b.Key] = b
}

// strip takes the shapes away, of which only two books' are ever in memory.
func (b *packed) strip() {
	b.Shaped, b.End.Report.Shapes = len(b.End.Report.Shapes) > 0, nil
}

// openFragment opens a fragment that the run has seen to be there.
func (r *running) openFragment(ctx context.Context, in input) (*lake.Blob, error) {
	blob, ok, err := r.Lake.Fragment(ctx, in.key(r.Engine))
	if err == nil && !ok {
		err = fmt.Errorf("the fragment of %s is gone from the lake while the run needed it", in.version.Name)
	}
	return blob, err
}

// repack makes the pack of a dataset again if that is worth it. A pack is never needed: one that cannot be written is a
// warning.
func (r *running) repack(ctx context.Context, d *Dataset, inputs []input) error {
	p, err := r.pack(ctx, d)
	if err != nil {
		return err
	}
	mine := map[string]bool{}
	loose := 0
	for _, in := range inputs {
		if in.dataset == d {
			id := r.fragmentID(in)
			mine[id] = true
			if _, ok := p.books[id]; !ok {
				loose++
			}
		}
	}
	vain := len(p.books) + loose - len(mine)
	if !r.Full && loose+vain <= packAfter {
		return nil
	}
	if err := r.writePack(ctx, d, inputs, p, mine); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.event(ctx, slog.LevelWarn, "load", d.ID, "the books could not be packed into one file, the next run takes longer: %s", err)
	}
	return nil
}

func (r *running) writePack(ctx context.Context, d *Dataset, inputs []input, p *pack, mine map[string]bool) error {
	schema, err := d.Schema()
	if err != nil {
		return err
	}
	var next pack
	for _, c := range p.Pairs {
		if mine[c.Before] && mine[c.After] {
			next.Pairs = append(next.Pairs, c)
		}
	}
	err = r.Lake.PutFragment(ctx, r.packKey(d), func(w io.Writer) error {
		out := ipc.NewWriter(w, ipc.WithSchema(schema))
		batches := 0
		err := r.walk(ctx, d, inputs, func(b arrow.RecordBatch) error {
			batches++
			return out.Write(b)
		}, func(_ input, b packed) error {
			b.Batches, batches = batches, 0
			next.Books = append(next.Books, b)
			return ctx.Err()
		})
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			return err
		}
		return writeEnd(w, next)
	})
	if err == nil {
		next.index()
		r.packs[d] = &next
	}
	return err
}
