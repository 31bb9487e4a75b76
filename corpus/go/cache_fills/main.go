// Healthy: a bounded cache that fills over the first half and then replaces what it holds.
package main

import "corpus/serve"

const bound = 2400

var cache = map[int][]byte{}

func load(key int) []byte {
	value := make([]byte, 8192)
	for i := range value {
		value[i] = byte(key)
	}
	return value
}

func lookup(round int) {
	cache[round] = load(round)
	if len(cache) > bound {
		delete(cache, round-bound)
	}
}

func main() {
	serve.Run(500, lookup)
}
