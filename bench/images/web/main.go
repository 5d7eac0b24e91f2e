// A small HTTP server that can misbehave in every way that a deploy meets. Environment variables say how:
//
//	PORT         where to listen (8080)
//	PORTS        where to listen instead: several ports such as 80,6060, or none at all where it is empty; then every
//	             other path answers as / does, so that it stands in for whatever has these ports and probes
//	VERSION      the text that / answers (the image sets it)
//	START_DELAY  wait before listening, such as 5s
//	NEEDS_FILE   end with a message if this file is not there
//	NOT_READY    any text: /ready answers 503 until POST /ready
//	EXIT_AFTER   end after this time
//	EXIT_CODE    how to end (1)
//	MEMORY_MB    take so much memory after the start
//	STOP_DELAY   on SIGTERM go on serving for this time before ending
//	IGNORE_TERM  any text: do not end on SIGTERM
//	TCP_PORT     answer each line that comes to this port by what / answers; on SIGTERM connections that idle are closed
//
// Paths: / gives VERSION and the host name, /ready and /live are for probes, /env?NAME a variable, /file?PATH a file's content,
// /slow?TIME an answer after a time, /get?URL what another server answers (502 and the reason if it does not), POST /ready and POST /unready change what /ready answers.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func variable(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func duration(text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		log.Fatalf("%q is not a time such as 5s", text)
	}
	return d
}

func number(name, otherwise string) int {
	n, err := strconv.Atoi(variable(name, otherwise))
	if err != nil {
		log.Fatalf("%s is not a number", name)
	}
	return n
}

func main() {
	version := variable("VERSION", "none")
	log.Printf("version %s starts", version)
	if after := duration(os.Getenv("EXIT_AFTER")); after > 0 {
		go func() {
			time.Sleep(after)
			log.Printf("ends after %s, as told", after)
			os.Exit(number("EXIT_CODE", "1"))
		}()
	}
	if file := os.Getenv("NEEDS_FILE"); file != "" {
		if _, err := os.Stat(file); err != nil {
			log.Fatalf("cannot start: %v", err)
		}
	}
	time.Sleep(duration(os.Getenv("START_DELAY")))

	var ready atomic.Bool
	ready.Store(os.Getenv("NOT_READY") == "")
	host, _ := os.Hostname()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%s %s\n", version, host) })
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("POST /ready", func(http.ResponseWriter, *http.Request) { ready.Store(true) })
	mux.HandleFunc("POST /unready", func(http.ResponseWriter, *http.Request) { ready.Store(false) })
	mux.HandleFunc("GET /env", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, os.Getenv(r.URL.RawQuery)) })
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		content, err := os.ReadFile(r.URL.RawQuery)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Write(content)
	})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(duration(r.URL.RawQuery))
		fmt.Fprintf(w, "%s %s\n", version, host)
	})

	mux.HandleFunc("GET /get", func(w http.ResponseWriter, r *http.Request) {
		client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Get(r.URL.RawQuery)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
	})

	ports := []string{variable("PORT", "8080")}
	if several, isSet := os.LookupEnv("PORTS"); isSet {
		ports = strings.FieldsFunc(several, func(c rune) bool { return c == ',' })
		mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%s %s\n", version, host) })
	}
	server := &http.Server{Handler: mux}
	go takeMemory(number("MEMORY_MB", "0"))
	ended := make(chan struct{})
	stopLines := answerLines(os.Getenv("TCP_PORT"), fmt.Sprintf("%s %s\n", version, host))
	go func() {
		waitForTerm(os.Getenv("IGNORE_TERM") != "")
		time.Sleep(duration(os.Getenv("STOP_DELAY")))
		stopLines()
		server.Shutdown(context.Background())
		close(ended)
	}()
	for _, port := range ports {
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			if err := server.Serve(listener); err != http.ErrServerClosed {
				log.Fatal(err)
			}
		}()
	}
	<-ended
	log.Print("ended in good order")
}

// answerLines serves plain TCP, and gives what ends it: nothing new is accepted, and a line that has come is still answered.
func answerLines(port, answer string) func() {
	if port == "" {
		return func() {}
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	var connections sync.WaitGroup
	stopping := make(chan struct{})
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer connection.Close()
				done := make(chan struct{})
				defer close(done)
				go func() {
					select {
					case <-stopping:
						connection.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
					case <-done:
					}
				}()
				for lines := bufio.NewScanner(connection); lines.Scan(); {
					if _, err := io.WriteString(connection, answer); err != nil {
						return
					}
				}
			})
		}
	}()
	return func() {
		listener.Close()
		close(stopping)
		connections.Wait()
	}
}

func waitForTerm(ignore bool) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	for range signals {
		log.Print("told to end")
		if !ignore {
			return
		}
	}
}

var memory [][]byte

// takeMemory writes to every page, since untouched memory counts for nothing.
func takeMemory(megabytes int) {
	for range megabytes {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		memory = append(memory, block)
	}
}
