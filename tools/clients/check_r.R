# Reads every table of a release with R - as CSV by the descriptions beside it, and what the workbook holds of it - and compares
# columns, types and numbers of rows with the manifest.
suppressMessages({library(readr); library(jsonlite); library(readxl)})
release <- commandArgs(trailingOnly = TRUE)[1]
same <- function(where, got, want) if (!identical(got, want)) stop(where, ": got ", toString(got), ", the manifest says ", toString(want), call. = FALSE)

manifest <- fromJSON(file.path(release, "manifest.json"), simplifyVector = FALSE)
rows <- setNames(lapply(manifest$tables, function(t) as.integer(t$rows)), sapply(manifest$tables, `[[`, "name"))
names <- setNames(lapply(manifest$tables, function(t) sapply(t$columns, `[[`, "name")), names(rows))

reader <- list(string = col_character(), number = col_double(), integer = col_double(), date = col_date(), datetime = col_datetime(), boolean = col_logical())
package <- fromJSON(file.path(release, "csv", "datapackage.json"), simplifyVector = FALSE)
same("tables", sort(sapply(package$resources, `[[`, "name")), sort(names(rows)))
for (r in package$resources) {
  fields <- r$schema$fields
  types <- do.call(cols, setNames(lapply(fields, function(f) reader[[f$type]]), sapply(fields, `[[`, "name")))
  frame <- read_csv(file.path(release, "csv", r$path), col_types = types, na = "", progress = FALSE, lazy = FALSE)
  same(r$name, nrow(problems(frame)), 0L)
  same(r$name, nrow(frame), rows[[r$name]])
  same(r$name, colnames(frame), names[[r$name]])
}

sheets <- intersect(excel_sheets(file.path(release, "statloom.xlsx")), names(rows))
for (s in sheets) {
  frame <- suppressMessages(read_excel(file.path(release, "statloom.xlsx"), sheet = s, skip = 5, guess_max = 1e5))
  same(paste("sheet", s), nrow(frame), rows[[s]])
}
cat("R:", length(package$resources), "tables as CSV,", length(sheets), "sheets of the workbook\n")
