// Leaks: each request starts a goroutine that waits for an answer which never comes, with its buffer.
package main

import "corpus/serve"

var answers = make(chan int)
var sink int

func fetch(round int) {
	buffer := make([]byte, 16384)
	for i := range buffer {
		buffer[i] = byte(round)
	}
	value := <-answers // nobody sends
	sink += value + int(buffer[value])
}

func handle(round int) {
	go fetch(round)
	serve.Leaked.Add(32768) // the buffer lies on the goroutine's stack, which has twice its size
}

func main() {
	serve.Run(100, handle)
}
