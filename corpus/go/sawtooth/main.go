// Healthy: records are collected and written out every few seconds.
package main

import "corpus/serve"

var pending [][]byte
var written int

func collect(round int) {
	record := make([]byte, 6144)
	record[0] = byte(round)
	pending = append(pending, record)
}

func flush() {
	for _, record := range pending {
		written += len(record)
	}
	pending = nil
}

func main() {
	serve.Run(900, func(round int) {
		collect(round)
		if round%2700 == 2699 {
			flush()
		}
	})
}
