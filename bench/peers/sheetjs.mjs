// Reads books with SheetJS and prints what it took, as one line of JSON. usage: node sheetjs.mjs BOOK...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const XLSX = createRequire(process.env.PEERS_NODE + "/")("xlsx");

const start = process.hrtime.bigint();
let cells = 0;
for (const path of process.argv.slice(2)) {
  const book = XLSX.read(readFileSync(path), { dense: true });
  for (const name of book.SheetNames) {
    for (const row of XLSX.utils.sheet_to_json(book.Sheets[name], { header: 1, raw: true })) {
      for (const value of row) if (value !== undefined && value !== null) cells++;
    }
  }
}
console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, cells }));
