package main

import (
	"github.com/statloom/statloom/pipeline/config"
	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/csv"
	"github.com/statloom/statloom/sinks/duckdb"
	"github.com/statloom/statloom/sinks/excel"
	jsonstatsink "github.com/statloom/statloom/sinks/jsonstat"
	"github.com/statloom/statloom/sinks/parquet"
	"github.com/statloom/statloom/sinks/postgres"
	"github.com/statloom/statloom/sinks/report"
	"github.com/statloom/statloom/sinks/sdmx"
	"github.com/statloom/statloom/sources"
	"github.com/statloom/statloom/sources/file"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/delim"
	"github.com/statloom/statloom/sources/sheet/html"
	"github.com/statloom/statloom/sources/sheet/jsonstat"
	"github.com/statloom/statloom/sources/sheet/ods"
	"github.com/statloom/statloom/sources/sheet/px"
	"github.com/statloom/statloom/sources/sheet/xls"
	"github.com/statloom/statloom/sources/sheet/xlsx"
	"github.com/statloom/statloom/sources/web"
)

// kinds is the one list of what the configuration may choose from.
func kinds() config.Kinds {
	return config.Kinds{
		Sources: kind.Set[sources.Source]{file.Kind(), web.Kind()},
		Sinks: kind.Set[sinks.Sink]{
			duckdb.Kind(), parquet.Kind(), csv.Kind(), excel.Kind(), report.Kind(), sdmx.Kind(), jsonstatsink.Kind(), postgres.Kind(),
		},
	}
}

// formats is the one list of readers of books, in the order they are asked whether a content is theirs.
func formats() []sheet.Format {
	return []sheet.Format{xlsx.Format{}, ods.Format{}, html.Format{}, xls.Format{}, px.Format{}, jsonstat.Format{}, delim.Format{}}
}
