// Command statloom turns the spreadsheets that statistics offices publish into indicators that can be audited.
package main

func main() {}
