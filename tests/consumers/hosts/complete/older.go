package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// run starts the older host and serves before it until either the engine or the older host ends.
func run(name, language string) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	older := exec.Command(filepath.Join(filepath.Dir(own), "base", name), os.Args[1:]...)
	older.Stderr = os.Stderr
	output, err := older.StdoutPipe()
	if err != nil {
		return err
	}
	if err := older.Start(); err != nil {
		return err
	}
	defer func() { _ = older.Process.Kill() }()
	lines := bufio.NewReader(output)
	port, err := lines.ReadString('\n')
	if err != nil {
		return fmt.Errorf("the host behind it did not start: %w", err)
	}
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := serve(host{language: language, base: pulumirpc.NewLanguageRuntimeClient(connection)}, connection)
	go stopOnSignal(server)
	go func() {
		_, _ = io.Copy(os.Stdout, lines) // what programs print
		server.Stop()
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port) // the engine waits for this line
	return server.Serve(listener)
}

func stopOnSignal(server *grpc.Server) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	<-asked
	server.Stop()
}

// forwardTo hands a call on as it came. Every message is read as an empty one, whose unknown fields Protobuf
// keeps: so no message's form need be known here.
func forwardTo(older *grpc.ClientConn) grpc.StreamHandler {
	return func(_ any, caller grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(caller)
		context, cancel := context.WithCancel(caller.Context())
		defer cancel()
		callee, err := older.NewStream(context, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
		if err != nil {
			return err
		}
		var request emptypb.Empty
		if err := caller.RecvMsg(&request); err != nil {
			return err
		}
		if err := errors.Join(callee.SendMsg(&request), callee.CloseSend()); err != nil {
			return err
		}
		for {
			var answer emptypb.Empty
			if err := callee.RecvMsg(&answer); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			if err := caller.SendMsg(&answer); err != nil {
				return err
			}
		}
	}
}
