package main

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/codex-go/codex/core/auth"
)

// TestInterruptedInput breaks off what waits for an input that does not end.
// The user is told nothing, and nothing is done.
func TestInterruptedInput(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	m := auth.NewManager(auth.Options{Home: home})
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	dash := "-"
	for _, test := range []struct {
		name string
		read func(ctx context.Context, input *os.File) error
	}{
		{"prompt", func(ctx context.Context, input *os.File) error {
			_, err := readPrompt(ctx, &dash, input, io.Discard)
			return err
		}},
		{"prompt without an argument", func(ctx context.Context, input *os.File) error {
			_, err := readPrompt(ctx, nil, input, io.Discard)
			return err
		}},
		{"API key", func(ctx context.Context, input *os.File) error {
			return (&loginFlags{apiKey: dash}).loginAPIKey(ctx, m, input)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			input, typed, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()
			defer typed.Close()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			var exit *exitError
			if err := test.read(ctx, input); !errors.As(err, &exit) || exit.code != interrupted || exit.err != nil {
				t.Errorf("got %v, want the exit code %d and no more", err, interrupted)
			}
			if _, ok := m.Snapshot(); ok {
				t.Error("somebody is signed in")
			}
		})
	}
}
