package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
)

func BenchmarkAppendString(b *testing.B) {
	for _, bc := range []struct{ name, text string }{
		{"plain", strings.Repeat("plain text and more of it ", 40)},
		{"escapes", strings.Repeat("a \"quoted\" line\n", 64)},
		{"wide", strings.Repeat("日本語 and more ", 64)},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bc.text)))
			var dst []byte
			for b.Loop() {
				dst = wire.AppendString(dst[:0], bc.text)
			}
		})
	}
}

func BenchmarkValid(b *testing.B) {
	data := []byte(`{"items":[` + strings.Repeat(`{"type":"text","data":{"text":"some words to read"},"n":12.5},`, 64) + `null]}`)
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if !wire.Valid(data) {
				b.Fatal("not valid")
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if !json.Valid(data) {
				b.Fatal("not valid")
			}
		}
	})
}
