# Reads books with R's readxl and prints what it took, as one line of JSON. usage: Rscript readxl.R BOOK...
suppressMessages(library(readxl))
books <- commandArgs(trailingOnly = TRUE)
start <- Sys.time()
cells <- 0
for (path in books) {
  for (sheet in excel_sheets(path)) {
    frame <- suppressMessages(read_excel(path, sheet = sheet, col_names = FALSE, .name_repair = "minimal", progress = FALSE))
    cells <- cells + sum(!is.na(frame))
  }
}
cat(sprintf('{"seconds": %.6f, "cells": %d}\n', as.numeric(difftime(Sys.time(), start, units = "secs")), as.integer(cells)))
