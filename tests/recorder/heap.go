// heap.go FOLDER - keeps more and more, and writes what Go's own profiler and MemStats say, twelve times.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

var kept [][]byte

//go:noinline
func keep(size int) {
	kept = append(kept, make([]byte, size))
}

//go:noinline
func drop(size int) int {
	return len(make([]byte, size))
}

func write(folder string, number int) error {
	runtime.GC()
	base := filepath.Join(folder, fmt.Sprintf("%04d", number))
	file, err := os.Create(base + ".heap.pb.gz")
	if err != nil {
		return err
	}
	if err := pprof.Lookup("heap").WriteTo(file, 0); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	text, err := json.Marshal(&memory)
	if err != nil {
		return err
	}
	return os.WriteFile(base+".memstats.json", text, 0o666)
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for number := 0; number < 12; number++ {
		for i := 0; i < 400; i++ {
			keep(4000)
			sum += drop(i * 10)
		}
		if err := write(os.Args[1], number); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		time.Sleep(60 * time.Millisecond)
	}
	if sum == 0 {
		os.Exit(2)
	}
}
