package config

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/pg"
)

// Names within the data folder.
const (
	stateName = "state.db"
	lakeName  = "lake"
	seenName  = "published.json"
)

// stores are the schemes of the URLs of object stores.
var stores = []string{"s3", "gs", "azblob", "file"}

// StatePlace is where the history of runs and the queue of jobs are kept: a file, or the URL of a database.
func (c *Config) StatePlace() string {
	if c.State != "" {
		return c.State
	}
	return filepath.Join(c.DataDir(), stateName)
}

// Shared reports whether machines share the state.
func (c *Config) Shared() bool { return pg.IsURL(c.State) }

// LakePlace is where books and what was made of them are kept: a folder, or the URL of an object store.
func (c *Config) LakePlace() string {
	switch {
	case c.Lake == "":
		return filepath.Join(c.DataDir(), lakeName)
	case strings.Contains(c.Lake, "://"):
		return c.Lake
	}
	return c.Resolve(c.Lake)
}

// SeenFile is where this machine remembers what it last knew to be published on the object store.
func (c *Config) SeenFile() string { return filepath.Join(c.DataDir(), seenName) }

// checkPlaces checks where things are kept.
func (k *checker) checkPlaces() {
	if k.d.Known("state") && k.c.State != "" && !k.c.Shared() {
		k.d.Fail("state", "state is not the URL of a Postgres database", "write postgres://user@host/database, or leave it out: then it is a file in the data folder")
	}
	if k.d.Known("lake") && strings.Contains(k.c.Lake, "://") && !isStore(k.c.Lake) {
		k.d.Fail("lake", "a lake cannot be kept there", "give a folder, or a URL that begins with s3://, gs://, azblob:// or file://")
	}
	if k.d.Known("releases") && k.c.Releases != "" && !isStore(k.c.Releases) {
		k.d.Fail("releases", "releases is not the URL of an object store", "begin it with s3://, gs://, azblob:// or file://, or leave it out: releases are in the data folder in any case")
	}
}

func isStore(place string) bool {
	scheme, _, ok := strings.Cut(place, "://")
	return ok && slices.Contains(stores, scheme)
}
