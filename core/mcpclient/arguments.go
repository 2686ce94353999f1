package mcpclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
)

// ErrNotAnObject is the error of a call whose arguments are JSON, but no
// object.
var ErrNotAnObject = errors.New("the arguments of a tool must be a JSON object")

// ParseArguments reads the arguments of a call as a model wrote them: JSON as
// it came, or nil when there are none, which is what blank text and null mean.
// The error tells the model what is wrong with its JSON. (spec: mcp, calling a
// tool)
func ParseArguments(text string) (json.RawMessage, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "null" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), new(json.RawMessage)); err != nil {
		return nil, err
	}
	var value struct {
		Value json.RawMessage `json:"value" wire:"any"`
	}
	// What the rest of the program could not write is refused here.
	if err := wire.Unmarshal([]byte(`{"value":`+text+`}`), &value); err != nil {
		return nil, fmt.Errorf("unusable JSON: %w", err)
	}
	return value.Value, nil
}

// checkObject refuses arguments that no server takes.
func checkObject(args json.RawMessage) error {
	if args != nil && args[0] != '{' {
		return ErrNotAnObject
	}
	return nil
}
