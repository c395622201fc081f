package serve

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/pipeline/release"
)

// stock holds the releases that requests are being answered from. A request keeps the one it began with, also when
// another one becomes current meanwhile.
type stock struct {
	shelf   *release.Shelf
	options duck.Options

	mu      sync.Mutex
	opened  map[string]*opened
	current string
}

// opened is a release in use.
type opened struct {
	release.Info
	root  *os.Root
	users int

	once sync.Once
	db   *duck.DB
	err  error
}

var errNoRelease = &problem{http.StatusNotFound, "there is no release yet"}

// take gives a release to a request, until it calls the function; id "" or current is the one that is current now.
func (k *stock) take(id string) (*opened, func(), error) {
	wanted := id
	if id == "" || id == "current" {
		info, ok, err := k.shelf.Current()
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			return nil, nil, errNoRelease
		}
		id = info.ID
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	o := k.opened[id]
	if o == nil {
		var err error
		if o, err = k.open(id); err != nil {
			return nil, nil, err
		}
	}
	o.users++
	if wanted != id {
		k.become(id)
	}
	return o, sync.OnceFunc(func() { k.leave(o) }), nil
}

// open opens a release. Its name comes from a caller.
func (k *stock) open(id string) (*opened, error) {
	unknown := &problem{http.StatusNotFound, "there is no such release, or it has been removed"}
	list, err := k.shelf.List()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(i release.Info) bool { return i.ID == id })
	if at < 0 || list[at].Damage != nil {
		return nil, unknown
	}
	root, err := os.OpenRoot(list[at].Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	o := &opened{Info: list[at], root: root}
	if k.opened == nil {
		k.opened = map[string]*opened{}
	}
	k.opened[id] = o
	return o, nil
}

// become notes the release that is current: it stays open, since the next request will ask for it.
func (k *stock) become(id string) {
	before := k.opened[k.current]
	k.current = id
	if before != nil && before.ID != id && before.users == 0 {
		k.discard(before)
	}
}

func (k *stock) leave(o *opened) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if o.users--; o.users == 0 && o.ID != k.current {
		k.discard(o)
	}
}

// discard closes a release that nobody uses. What it has to say is of no interest to anybody: it was only read.
func (k *stock) discard(o *opened) {
	delete(k.opened, o.ID)
	_ = o.root.Close()
	if o.db != nil {
		_ = o.db.Close()
	}
}

func (k *stock) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, o := range k.opened {
		k.discard(o)
	}
	k.opened, k.current = nil, ""
	return nil
}

// database opens the release's database, once.
func (o *opened) database(options duck.Options) (*duck.DB, error) {
	o.once.Do(func() {
		for _, f := range o.Files {
			if path.Ext(f.Path) == ".duckdb" {
				// The request that opens it may end before others have asked.
				o.db, o.err = duck.Open(context.Background(), filepath.Join(o.Dir, filepath.FromSlash(f.Path)), options)
				return
			}
		}
		o.err = &problem{http.StatusNotFound, "the release holds no DuckDB file; add the sink duckdb to the configuration"}
	})
	return o.db, o.err
}

// listed gives the entry of a file in the manifest. What is not there is not part of the release.
func (o *opened) listed(name string) (release.File, bool) {
	at := slices.IndexFunc(o.Files, func(f release.File) bool { return f.Path == name })
	if at < 0 {
		return release.File{}, false
	}
	return o.Files[at], true
}
