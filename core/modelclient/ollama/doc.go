// Package ollama gets a local model server ready: is it there, does it have the
// model, and if not, pull it.
//
//	server := ollama.New(provider.BaseURL, nil)
//	err := server.Ensure(ctx, models.DefaultOSSModel, ollama.Observer{Progress: show})
//
// The conversation itself then goes through package modelclient. A Server is
// safe for concurrent use and starts no goroutine.
// (spec: agent-loop, OSS / Ollama; config-and-auth, OSS mode)
package ollama
