// Leaks: every session is put in a map and none is ever taken out.
package main

import (
	"corpus/serve"
	"fmt"
)

type session struct {
	user    string
	history []byte
}

var sessions = map[string]*session{}

func newHistory(round int) []byte {
	history := make([]byte, 4096)
	history[round%4096] = 1
	return history
}

func openSession(round int) {
	key := fmt.Sprintf("user-%d", round)
	sessions[key] = &session{user: key, history: newHistory(round)}
	serve.Leaked.Add(4096 + 48 + 16)
}

func answer(round int) int {
	page := make([]byte, 16384)
	for i := range page {
		page[i] = byte(round)
	}
	return len(page)
}

func main() {
	total := 0
	serve.Run(500, func(round int) {
		openSession(round)
		total += answer(round)
	})
}
