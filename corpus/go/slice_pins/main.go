// Leaks: a few bytes of each message are kept, and with them the whole message that they are a part of.
package main

import "corpus/serve"

var headers [][]byte

func receive(round int) []byte {
	message := make([]byte, 8192)
	for i := range message {
		message[i] = byte(round + i)
	}
	return message
}

func remember(round int) {
	message := receive(round)
	headers = append(headers, message[:16])
	serve.Leaked.Add(8192)
}

func main() {
	serve.Run(300, remember)
}
