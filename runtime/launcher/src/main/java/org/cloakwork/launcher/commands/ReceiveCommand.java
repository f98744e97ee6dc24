package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.SenderTag;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.wire.websocket.ApiResponse;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;
import org.cloakwork.wire.websocket.RefusedException;

/** {@code cloakwork receive}: what arrives at a client that is running. */
public final class ReceiveCommand implements Command {

    private static final String STANDARD_OUTPUT = "-";

    private final PrintStream out;
    private final PrintStream err;
    private boolean wholeTags;
    private int lastFile;

    public ReceiveCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "receive";
    }

    @Override
    public String description() {
        return "write out what arrives at a running client";
    }

    @Override
    public Options options() {
        return ApiConnection.options()
                .addOption(Arguments.option("count", "N",
                "end after so many messages (default: go on until stopped)"))
                .addOption(Arguments.option("out", "DIR|-",
                        "a folder that gets a file for each message; - (default): standard output"))
                .addOption(null, "tags", false,
                "tell whole sender tags, which \"send\" takes to answer, not their hashes: "
                        + "who has one can get the answers");
    }

    @Override
    public int run(CommandLine line) throws Exception {
        int count = Arguments.number(line, "count", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
        String to = line.getOptionValue("out", STANDARD_OUTPUT);
        wholeTags = line.hasOption("tags");
        Optional<Path> folder = to.equals(STANDARD_OUTPUT) ? Optional.empty() : Optional.of(Path.of(to));
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw new UsageException("--out " + to + ": there is no such folder");
        }
        try (ApiConnection connection = ApiConnection.open(line)) {
            if (connection.isExtended()) {
                connection.say(new ExtensionRequest.Receive(
                        line.hasOption("count") ? OptionalLong.of(count) : OptionalLong.empty()).toJson());
            }
            int received = 0;
            while (received < count) {
                Optional<ApiResponse.Received> message = message(connection.next());
                if (message.isPresent()) {
                    received++;
                    write(message.get(), folder);
                }
            }
        }
        return DONE;
    }

    private static Optional<ApiResponse.Received> message(ApiConnection.Event event) {
        try {
            return switch (event) {
                case ApiConnection.Event.Text(String text) -> message(ExtensionResponse.parse(text));
                case ApiConnection.Event.Binary(byte[] bytes) -> message(ApiResponse.parse(bytes));
                case ApiConnection.Event.Ended(String why) -> throw new IllegalStateException(why);
            };
        } catch (RefusedException e) {
            throw new IllegalStateException("a message that is none came: " + e.getMessage());
        }
    }

    private static Optional<ApiResponse.Received> message(ExtensionResponse response) {
        return response instanceof ExtensionResponse.Received(Optional<SenderTag> sender, byte[] payload)
                ? Optional.of(new ApiResponse.Received(sender, payload)) : Optional.empty();
    }

    private static Optional<ApiResponse.Received> message(ApiResponse response) {
        return response instanceof ApiResponse.Received received ? Optional.of(received) : Optional.empty();
    }

    private void write(ApiResponse.Received message, Optional<Path> folder) throws IOException {
        byte[] bytes = message.message();
        String from = message.sender().map(wholeTags ? SenderTag::toString : SenderTag::shortHash)
                .map(tag -> " from " + tag).orElse("");
        if (folder.isPresent()) {
            out.println(newFile(folder.get(), bytes) + ": " + bytes.length + " bytes" + from);
        } else {
            if (Boolean.getBoolean("cloakwork.terminal")) {
                // A terminal obeys what it is shown; a pipe or a file gets what came.
                out.println(new String(bytes, StandardCharsets.UTF_8).replaceAll("[\\p{Cc}\\p{Cf}&&[^\n\t]]", "?"));
            } else {
                out.write(bytes);
            }
            out.flush();
            err.println(bytes.length + " bytes" + from);
        }
    }

    /** Nothing that is there is written over, and nobody else may read it. */
    private Path newFile(Path folder, byte[] bytes) throws IOException {
        while (true) {
            lastFile++;
            Path file = folder.resolve("message-" + lastFile);
            try {
                return Files.write(OwnFiles.createFile(file), bytes);
            } catch (FileAlreadyExistsException taken) {
                // the next one
            }
        }
    }
}
