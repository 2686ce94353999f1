// Package guard is the program that ends what commands have left when the server
// that started them dies, by SIGKILL too, without having ended them itself. The
// server starts itself again as the guard, see [Main], and tells it through a
// pipe which commands there are. The pipe ends with the server, however that
// ends.
//
// Each command leads a session. What is told, a line each, is a sign and the
// process id of the command:
//
//	+12  it was started
//	~12  it has ended, and has left others in its process group
//	-12  it has ended, and so has its group
package guard
