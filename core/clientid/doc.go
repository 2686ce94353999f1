// Package clientid says who this program is to the outside: the originator
// and the user agent that requests to the model, the sign-in service and the
// rollout files carry.
//
// An [Identity] is a plain value. A process makes one at its start and every
// connection derives its own from it, so that two editors on one server never
// see each other's name:
//
//	process := clientid.New(clientid.Options{LookupEnv: os.LookupEnv})
//	editor := process.WithClient("my-editor", "1.2.3")
//	request.Header.Set("User-Agent", editor.UserAgent())
//	request.Header.Set("originator", editor.Originator)
//
// Nothing is global. The facts about the operating system are read from files
// and system calls, never by running programs, when a user agent is asked for
// the first time; identities that come from one another share them. Values may
// be copied and used from several goroutines.
package clientid
