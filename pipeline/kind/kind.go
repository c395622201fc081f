// Package kind lets the configuration name a way of doing something (a kind of source, of sink) and get it made, without
// a registry: the program gives the lists, a kind gives its options with their defaults, and strict decoding reports
// every problem with its line and column.
package kind

import (
	"context"
	"log/slog"
	"time"
)

// Env is what the makers of things get from the program besides their options. Nothing below cmd reads the
// environment, the clock or the working directory by itself.
type Env struct {
	Dir  string           // folder of the configuration: relative paths start here
	Now  func() time.Time // the clock
	Log  *slog.Logger
	Data string // the data folder, absolute
}

// Kind is one way of making a T.
type Kind[T any] struct {
	Name string // as the configuration says it: file
	Doc  string // one sentence, for the schema and for messages

	options func() any
	build   func(context.Context, Env, any) (T, error)
}

// Checker is implemented by options that can be wrong in ways their types do not show. Each problem names the option's
// key (or "" for the whole).
type Checker interface{ Check() []Complaint }

// Complaint is one problem with an option.
type Complaint struct {
	Key  string // key of the option, dotted for nested ones: retry.attempts
	What string // what is wrong
	Want string // what would be right
}

// New describes a kind. defaults gives the options before decoding; build makes the thing of decoded, checked options.
func New[T, O any](name, doc string, defaults func() O, build func(context.Context, Env, O) (T, error)) Kind[T] {
	return Kind[T]{
		Name:    name,
		Doc:     doc,
		options: func() any { o := defaults(); return &o },
		build: func(ctx context.Context, env Env, o any) (T, error) {
			return build(ctx, env, *o.(*O))
		},
	}
}

// Options gives a pointer to fresh options with their defaults, for decoding and for the schema.
func (k Kind[T]) Options() any { return k.options() }

// Build makes the thing of options that Options gave.
func (k Kind[T]) Build(ctx context.Context, env Env, options any) (T, error) {
	return k.build(ctx, env, options)
}

// Set is a list of kinds by which the configuration may choose.
type Set[T any] []Kind[T]

// Find gives the kind of that name.
func (s Set[T]) Find(name string) (Kind[T], bool) {
	for _, k := range s {
		if k.Name == name {
			return k, true
		}
	}
	return Kind[T]{}, false
}

// Names lists the names, in the set's order.
func (s Set[T]) Names() []string {
	names := make([]string, len(s))
	for i, k := range s {
		names[i] = k.Name
	}
	return names
}
