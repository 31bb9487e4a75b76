// Leaks: one in three listeners is not removed when its client has gone; the others are.
package main

import "corpus/serve"

type listener struct {
	id     int
	queue  [2048]byte
	notify func(int)
}

var listeners = map[int]*listener{}
var seen int

func subscribe(id int) *listener {
	added := &listener{id: id}
	added.notify = func(event int) { seen += event + added.id }
	listeners[id] = added
	return added
}

func visit(round int) {
	subscribe(round)
	if old := round - 20; old >= 0 {
		if old%3 != 0 {
			delete(listeners, old)
		} else {
			serve.Leaked.Add(2304)
		}
	}
}

func main() {
	serve.Run(1500, visit)
}
