// Healthy: a ring of recent requests, always full, and much garbage.
package main

import (
	"corpus/serve"
	"strings"
)

var recent [4000][]byte
var words int

func parse(round int) []byte {
	text := strings.Repeat("word ", 1200)
	words += len(strings.Fields(text))
	return []byte(text)
}

func main() {
	serve.Run(400, func(round int) {
		for i := 0; round == 0 && i < len(recent); i++ {
			recent[i] = parse(i)
		}
		recent[round%len(recent)] = parse(round)
	})
}
