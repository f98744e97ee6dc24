package org.cloakwork.itests.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** curl as a user starts it. */
record Curl(int exitCode, String output) {

    private static final int LIMIT_SECONDS = 300;

    static Curl run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", String.valueOf(LIMIT_SECONDS)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS + 10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("curl does not end");
        }
        return new Curl(process.exitValue(), output);
    }
}
