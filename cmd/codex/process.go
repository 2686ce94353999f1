package main

import (
	"os"
	"sync"

	"github.com/codex-go/codex/cmd/internal/startup"
	"github.com/codex-go/codex/core/config"
)

// loadDotenv loads the user's .env file. What goes wrong is no reason not to
// run: commands find out for themselves whether there is a home.
func loadDotenv() {
	home, err := config.FindHome(os.Getenv)
	if err != nil {
		return
	}
	log := newLogger(os.Getenv("RUST_LOG"), os.Stderr)
	done, err := startup.LoadDotenv(home)
	if err != nil {
		log.Warn().Err(err).Msg("the .env file was not loaded")
	}
	if len(done.Loaded)+len(done.Skipped) > 0 {
		log.Info().Strs("loaded", done.Loaded).Strs("skipped", done.Skipped).Msg(".env")
	}
}

// linkDir returns the folder with links to this program that commands find
// apply_patch in. It is made when the first conversation asks for it.
func linkDir(executable string) func() string {
	return sync.OnceValue(func() string {
		home, err := config.FindHome(os.Getenv)
		if err != nil {
			return ""
		}
		dir, err := startup.LinkDir(home, executable)
		if err != nil {
			log := newLogger(os.Getenv("RUST_LOG"), os.Stderr)
			log.Warn().Err(err).Msg("commands will not find apply_patch")
		}
		return dir
	})
}
