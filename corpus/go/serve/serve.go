// Package serve gives every service of the corpus the same outside: profiles and
// statistics on a loopback port, a steady load, and a count of what it leaks.
package serve

import (
	"expvar"
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"
)

// Leaked counts the bytes that the service keeps for ever, by its own account.
var Leaked = expvar.NewInt("corpus_leaked_bytes")

// Run answers on a free loopback port, prints the port, and calls work at a steady pace for ever.
func Run(perSecond int, work func(round int)) {
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
		os.Exit(1)
	}()
	begin := time.Now()
	for round := 0; ; round++ {
		next := begin.Add(time.Duration(round) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(next))
		work(round)
	}
}
