package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// caller makes requests of a server process, one at a time.
type caller struct {
	t       *testing.T
	process *serverProcess
	lines   *bufio.Reader // of the process
	next    int           // id of a request
}

// startCaller starts a server and initializes the connection.
func startCaller(t *testing.T, home string, command ...string) *caller {
	t.Helper()
	c := &caller{t: t, process: startCodex(t, home, command...)}
	c.lines = bufio.NewReader(c.process.stdout)
	c.request("initialize", `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"caller","version":"1"}}`)
	return c
}

// reply is the result of a request.
type reply struct {
	t    *testing.T
	text json.RawMessage
}

// field returns a string in the result.
func (r reply) field(path ...string) string {
	r.t.Helper()
	text := r.text
	for _, name := range path {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil || members[name] == nil {
			r.t.Fatalf("no %q in %s", path, r.text)
		}
		text = members[name]
	}
	return strings.Trim(string(text), `"`)
}

// request makes a request and returns its result.
func (c *caller) request(method, params string) reply {
	c.t.Helper()
	c.send(method, params)
	return c.result()
}

// send makes a request.
func (c *caller) send(method, params string) {
	c.t.Helper()
	c.next++
	if _, err := fmt.Fprintf(c.process.stdin, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`+"\n", c.next, method, params); err != nil {
		c.t.Fatal(err)
	}
}

// result reads on to the result of the last request.
func (c *caller) result() reply {
	c.t.Helper()
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			c.t.Fatalf("%v\n%s", err, c.process.stderr.Bytes())
		}
		var message struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if err := json.Unmarshal(line, &message); err != nil {
			c.t.Fatal(err)
		}
		switch {
		case message.ID == c.next && message.Result != nil:
			return reply{c.t, message.Result}
		case message.ID == c.next && message.Error != nil:
			c.t.Fatalf("request %d: %s", c.next, message.Error)
		}
	}
}

// await reads on to a notification.
func (c *caller) await(method string) {
	c.t.Helper()
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			c.t.Fatalf("waiting for %s: %v\n%s", method, err, c.process.stderr.Bytes())
		}
		var message struct {
			Method string `json:"method"`
		}
		if err := json.Unmarshal(line, &message); err != nil {
			c.t.Fatal(err)
		}
		if message.Method == method {
			return
		}
	}
}

// end closes the input and waits for the orderly end of the process.
func (c *caller) end() {
	c.t.Helper()
	if err := c.process.stdin.Close(); err != nil {
		c.t.Error(err)
	}
	c.wait(true)
}

// wait waits for the end of the process.
func (c *caller) wait(clean bool) {
	c.t.Helper()
	go func() { _, _ = io.Copy(io.Discard, c.lines) }()
	if err := c.process.cmd.Wait(); (err == nil) != clean {
		c.t.Errorf("exit: %v\n%s", err, c.process.stderr.Bytes())
	}
}
