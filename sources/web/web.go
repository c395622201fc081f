package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// Source is the source; see sources.Source.
type Source struct {
	opts    Options
	limit   int64 // Options.MaxBytes
	log     *slog.Logger
	temp    string // folder for downloads
	clock   clock
	gates   *gates
	client  *http.Client
	trusted map[string]bool

	urls    []*url.URL
	page    *url.URL       // nil without discovery
	pattern *regexp.Regexp // links to books
	follow  *regexp.Regexp // links to further pages, may be nil

	mu      sync.Mutex
	targets map[string]*url.URL // what to ask for, with credentials, by what is shown
}

// New makes the source. Nothing is fetched before List.
func New(env kind.Env, opts Options) (*Source, error) {
	return newSource(env, opts, realClock(env.Now), &common{})
}

func newSource(env kind.Env, opts Options, c clock, together *common) (*Source, error) {
	s := &Source{
		opts: opts, limit: int64(opts.MaxBytes), log: env.Log, temp: filepath.Join(env.Data, "tmp"), clock: c,
		gates:   together.gatesOf(c, opts),
		targets: map[string]*url.URL{},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, text := range opts.URLs {
		u, ok := parseAddress(text)
		if !ok {
			return nil, fmt.Errorf("make web source: an address cannot be fetched")
		}
		s.urls = append(s.urls, u)
		s.item(u)
	}
	if err := s.prepareDiscovery(); err != nil {
		return nil, err
	}
	configured := s.urls
	if s.page != nil {
		configured = append(slices.Clip(configured), s.page)
	}
	s.trusted = trust(configured)
	s.client = s.newClient(together)
	return s, nil
}

func (s *Source) prepareDiscovery() error {
	d := s.opts.Discover
	if d == nil {
		return nil
	}
	var ok bool
	if s.page, ok = parseAddress(d.Page); !ok {
		return fmt.Errorf("make web source: discover.page cannot be fetched")
	}
	var err error
	if s.pattern, err = compile(d.Pattern); err != nil {
		return fmt.Errorf("make web source: discover.pattern: %w", err)
	}
	if d.Follow != "" {
		if s.follow, err = compile(d.Follow); err != nil {
			return fmt.Errorf("make web source: discover.follow: %w", err)
		}
	}
	return nil
}

// item gives the item of an address and remembers the address with its credentials.
func (s *Source) item(u *url.URL) sources.Item {
	item := sources.Item{URI: uriOf(u), Name: nameOf(u)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.targets[item.URI] = u
	return item
}

// List names the configured addresses and those found on the page. Only the page is fetched.
func (s *Source) List(ctx context.Context) ([]sources.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := map[string]sources.Item{}
	for _, u := range s.urls {
		item := s.item(u)
		found[item.URI] = item
	}
	if s.page != nil {
		books, err := s.discover(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range books {
			item := s.item(u)
			found[item.URI] = item
		}
	}
	items := make([]sources.Item, 0, len(found))
	for _, uri := range slices.Sorted(maps.Keys(found)) {
		items = append(items, found[uri])
	}
	return items, nil
}

// Open downloads an item to the end before it returns, so that a download that breaks off can be taken up again.
func (s *Source) Open(ctx context.Context, item sources.Item, known sources.Validators) (*sources.Content, error) {
	s.mu.Lock()
	target := s.targets[item.URI]
	s.mu.Unlock()
	if target == nil {
		var ok bool
		if target, ok = parseAddress(item.URI); !ok {
			return nil, fmt.Errorf("open %s: not an address that can be fetched", item.URI)
		}
	}
	got, err := s.fetch(ctx, request{target: target, name: item.URI, known: known, limit: s.limit})
	if err != nil {
		return nil, err
	}
	if same, err := got.repeats(known); same || err != nil {
		_ = got.file.Close()
		if same {
			err = sources.ErrUnchanged
		}
		return nil, err
	}
	return &sources.Content{
		Body: sources.Body(ctx, got.file, item.URI, got.size, s.limit),
		Validators: sources.Validators{
			ETag: got.header.Get("ETag"), LastModified: got.header.Get("Last-Modified"), Size: got.size,
		},
		Name:      got.betterName(item.Name),
		MediaType: got.header.Get("Content-Type"),
	}, nil
}

// fetched is a finished download.
type fetched struct {
	file   *os.File // without a name, at its beginning
	size   int64
	header http.Header
	final  *url.URL // where redirections ended
}

// betterName gives the name the server announces, or that of the file it redirected to if the address had none.
func (f *fetched) betterName(name string) string {
	if announced := announcedName(f.header); announced != "" {
		return announced
	}
	if final := nameOf(f.final); filepath.Ext(name) == "" && filepath.Ext(final) != "" && final != hostOf(f.final) {
		return final
	}
	return ""
}
