// Package config reads config.yaml into a checked Config. It reports every problem at once, each with its file, line and
// column, what is wrong and what would be right; and it describes the configuration as a JSON Schema.
package config

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms"
)

// Kinds are the ways of doing something that the configuration may choose from. The program gives the lists.
type Kinds struct {
	Sources kind.Set[sources.Source]
	Sinks   kind.Set[sinks.Sink]
}

// Config is a checked configuration. Texts that name a file hold it as written; Resolve gives where it is.
type Config struct {
	Version      int                      `yaml:"version" json:"version" jsonschema:"minimum=1,maximum=1,description=Version of the form of the configuration, which is 1"`
	Name         transforms.Text          `yaml:"name" json:"name" jsonschema:"description=Who publishes, or what this is"`
	Language     string                   `yaml:"language" json:"language,omitempty" jsonschema:"enum=vi,enum=en,default=vi,description=Language of the reports"`
	Data         string                   `yaml:"data" json:"data,omitempty" jsonschema:"default=data,description=Folder of the lake, the state and the releases, relative to the configuration"`
	State        string                   `yaml:"state" json:"state,omitempty" jsonschema:"description=URL of a Postgres database (postgres://user@host/database) in which machines share the history of runs and the queue of jobs; default: a SQLite file in the data folder"`
	Lake         string                   `yaml:"lake" json:"lake,omitempty" jsonschema:"description=Folder or URL of the object store (s3://bucket?prefix=lake/ or gs:// or azblob:// or file://) of the books and what is made of them; default: lake in the data folder"`
	Releases     string                   `yaml:"releases" json:"releases,omitempty" jsonschema:"description=URL of an object store to which every release goes as well, so that all machines and readers find it; default: none"`
	KeepReleases int                      `yaml:"keep_releases" json:"keep_releases,omitempty" jsonschema:"minimum=1,default=10,description=Number of releases that are kept"`
	Limits       Limits                   `yaml:"limits" json:"limits,omitempty" jsonschema:"description=Bounds on what books and the database may use"`
	Sources      []Source                 `yaml:"sources" json:"sources" jsonschema:"description=Where books come from"`
	CodeLists    []transforms.CodeList    `yaml:"code_lists" json:"code_lists,omitempty" jsonschema:"description=Code lists, each a table of the release"`
	Concordances []transforms.Concordance `yaml:"concordances" json:"concordances,omitempty" jsonschema:"description=How codes become those of another list or of another time"`
	Review       string                   `yaml:"review" json:"review,omitempty" jsonschema:"default=review.csv,description=File of decisions about labels that are near a name of a code list but not the same; statloom review writes it"`
	Datasets     []Dataset                `yaml:"datasets" json:"datasets,omitempty" jsonschema:"description=Tables that are read from books"`
	Corrections  []transforms.Correction  `yaml:"corrections" json:"corrections,omitempty" jsonschema:"description=Observations that are published otherwise than their source has them"`
	Models       []transforms.Model       `yaml:"models" json:"models,omitempty" jsonschema:"description=Helper views that indicators share"`
	Indicators   []transforms.Indicator   `yaml:"indicators" json:"indicators,omitempty" jsonschema:"description=What is computed of the datasets"`
	Targets      []transforms.Target      `yaml:"targets" json:"targets,omitempty" jsonschema:"description=What indicators should reach, and when"`
	Tests        []transforms.Test        `yaml:"tests" json:"tests,omitempty" jsonschema:"description=What indicators must give for rows that are made up"`
	Checks       []transforms.Check       `yaml:"checks" json:"checks,omitempty" jsonschema:"description=What must hold before a release is published"`
	Sinks        []Sink                   `yaml:"sinks" json:"sinks,omitempty" jsonschema:"minItems=1,description=Forms in which releases are published; default: duckdb and parquet"`
	Schedule     *Schedule                `yaml:"schedule" json:"schedule,omitempty" jsonschema:"description=When the pipeline runs by itself, under statloom serve"`
	KeepRuns     int                      `yaml:"keep_runs" json:"keep_runs,omitempty" jsonschema:"minimum=1,default=1000,description=Number of runs whose history and reports are kept"`
	Serve        Serve                    `yaml:"serve" json:"serve,omitempty" jsonschema:"description=How statloom serve is reached"`
	Alerts       *Alerts                  `yaml:"alerts" json:"alerts,omitempty" jsonschema:"description=Who hears of what"`
	Observe      Observe                  `yaml:"observe" json:"observe,omitempty" jsonschema:"description=Where the program tells what it does"`

	path         string
	codes        map[string][]byte // contents of the code lists' files, by id
	concordances map[string][]byte // those of the concordances' files
	review       []byte            // that of the decisions' file; nil: there is none
	hash         string
	secrets      map[string]string // values from the environment, and what the file says in their place
	named        []string          // files that it names, as written
	node         func(path string) *yaml.Node
}

// Limits bound what hostile books and large queries may use. What is left out has a safe default.
type Limits struct {
	BookInflated kind.Bytes    `yaml:"book_inflated" json:"book_inflated,omitempty" jsonschema:"default=2GiB,description=All parts of a book after inflating"`
	BookRatio    int64         `yaml:"book_ratio" json:"book_ratio,omitempty" jsonschema:"minimum=1,default=500,description=Inflated bytes per stored byte of one part of a book"`
	BookCells    int64         `yaml:"book_cells" json:"book_cells,omitempty" jsonschema:"minimum=1,default=50000000,description=Stored cells of one sheet"`
	BookMerges   int64         `yaml:"book_merges" json:"book_merges,omitempty" jsonschema:"minimum=1,default=1000000,description=Merged ranges of one sheet"`
	BookText     kind.Bytes    `yaml:"book_text" json:"book_text,omitempty" jsonschema:"default=1MiB,description=Text of one cell"`
	BookStrings  kind.Bytes    `yaml:"book_strings" json:"book_strings,omitempty" jsonschema:"default=512MiB,description=All texts of a book"`
	BookSheets   int           `yaml:"book_sheets" json:"book_sheets,omitempty" jsonschema:"minimum=1,default=2000,description=Sheets of one book"`
	BookRepeats  int64         `yaml:"book_repeats" json:"book_repeats,omitempty" jsonschema:"minimum=1,default=1048576,description=Cells that one stored cell may stand for in formats that can say how often it repeats"`
	BookNesting  int           `yaml:"book_nesting" json:"book_nesting,omitempty" jsonschema:"minimum=1,default=128,description=Elements within elements of a book"`
	BookTime     time.Duration `yaml:"book_time" json:"book_time,omitempty" jsonschema:"default=2m,description=Time for opening a book, and for reading each sheet"`
	Memory       kind.Bytes    `yaml:"memory" json:"memory,omitempty" jsonschema:"default=4GiB,description=Memory of the database"`
	Threads      int           `yaml:"threads" json:"threads,omitempty" jsonschema:"minimum=1,maximum=256,default=2,description=Threads of the database"`
}

// Book gives the limits for readers of books.
func (l Limits) Book() sheet.Limits {
	return sheet.Limits{
		Inflated: int64(l.BookInflated), Ratio: l.BookRatio, Cells: l.BookCells, Merges: l.BookMerges,
		Text: int64(l.BookText), Strings: int64(l.BookStrings), Sheets: l.BookSheets,
		Repeats: l.BookRepeats, Nesting: l.BookNesting, Time: l.BookTime,
	}
}

// Source is a place that books come from: a kind, its options, and who is behind it.
type Source struct {
	ID       string          `yaml:"id" json:"id"`
	Kind     string          `yaml:"kind" json:"kind"`
	Producer transforms.Text `yaml:"producer" json:"producer" jsonschema:"description=Who makes the data"`
	Licence  string          `yaml:"licence" json:"licence,omitempty" jsonschema:"description=Terms under which the data may be used"`
	Access   transforms.Text `yaml:"access" json:"access,omitempty" jsonschema:"description=How the data are got and what restricts it"`
	Schedule *Schedule       `yaml:"schedule" json:"schedule,omitempty" jsonschema:"description=When it is asked by itself, under statloom serve, besides the schedule of the whole"`

	Options any `yaml:"-" json:"-"` // decoded options of the kind
	use     kind.Kind[sources.Source]
}

// Build makes the source of its options.
func (s Source) Build(ctx context.Context, env kind.Env) (sources.Source, error) {
	return s.use.Build(ctx, env, s.Options)
}

// Sink is a form in which releases are published.
type Sink struct {
	Kind string `yaml:"kind" json:"kind"`

	Options any `yaml:"-" json:"-"` // decoded options of the kind
	use     kind.Kind[sinks.Sink]
}

// Build makes the sink of its options.
func (s Sink) Build(ctx context.Context, env kind.Env) (sinks.Sink, error) {
	return s.use.Build(ctx, env, s.Options)
}

// Dataset is a table that is read from the books of one or more sources.
type Dataset struct {
	ID           string             `yaml:"id" json:"id"`
	Name         transforms.Text    `yaml:"name" json:"name"`
	Note         transforms.Text    `yaml:"note" json:"note,omitempty" jsonschema:"description=What a reader of the figures should know"`
	Source       kind.Strings       `yaml:"source" json:"source" jsonschema:"description=Id of the source, or a list of ids"`
	Books        string             `yaml:"books" json:"books,omitempty" jsonschema:"description=Regular expression over the books' file names; default: all books of the source"`
	Illustrative bool               `yaml:"illustrative" json:"illustrative,omitempty" jsonschema:"description=The figures are made up and are marked as such wherever they appear"`
	Licence      string             `yaml:"licence" json:"licence,omitempty" jsonschema:"description=Terms under which the data may be used; default: those of the source"`
	Tags         []string           `yaml:"tags" json:"tags,omitempty" jsonschema:"description=Words by which commands select"`
	Measure      transforms.Measure `yaml:"measure" json:"measure,omitempty" jsonschema:"enum=additive,enum=index,enum=share,enum=ratio,description=How its figures behave when areas or activities are put together; without it they are not carried across a concordance"`
	Parts        []string           `yaml:"parts" json:"parts,omitempty" jsonschema:"description=For an index or share or ratio: the datasets and models it is computed anew from"`
	Accept       []string           `yaml:"accept_changes" json:"accept_changes,omitempty" jsonschema:"description=Names of books that differ in meaning from the book before (another unit or price base) and have been looked at; without it the release is held back"`
	Table        transforms.Recipe  `yaml:"table" json:"table" jsonschema:"description=Which table of the books this is, and what its parts mean"`
}

// Path is the configuration's file as it was given to Load.
func (c *Config) Path() string { return c.path }

// Dir is the folder of the configuration, from which relative paths start.
func (c *Config) Dir() string { return filepath.Dir(c.path) }

// DataDir is the data folder.
func (c *Config) DataDir() string { return c.Resolve(c.Data) }

// Resolve gives the path of a file that the configuration names.
func (c *Config) Resolve(file string) string { return resolve(c.Dir(), file) }

func resolve(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, filepath.FromSlash(file))
}

// Files gives the files that the configuration names, as it writes them.
func (c *Config) Files() []string { return slices.Compact(slices.Sorted(slices.Values(c.named))) }

// Codes gives the contents of a code list's file as they were when the configuration was loaded.
func (c *Config) Codes(id string) []byte { return c.codes[id] }

// Concordance gives the contents of a concordance's file as they were when the configuration was loaded.
func (c *Config) Concordance(id string) []byte { return c.concordances[id] }

// Decisions gives the contents of the file of decisions about labels; nil where there is none yet.
func (c *Config) Decisions() []byte { return c.review }

// Hash identifies the configuration's content: two configurations with the same hash ask for the same work. Comments,
// the order of keys and the way values are written play no part; neither do values from the environment, only the
// names they are taken from; nor does when the work is done, who hears of it and how it is reached. The files of SQL and of
// code lists are part of it.
func (c *Config) Hash() string { return c.hash }

// Hide replaces the values that the configuration takes from the environment by what it says in their place, for texts
// that others may see.
func (c *Config) Hide(text string) string { return kind.Hide(text, c.secrets) }
