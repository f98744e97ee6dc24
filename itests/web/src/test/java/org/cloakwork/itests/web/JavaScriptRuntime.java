package org.cloakwork.itests.web;

import java.util.List;

/** A program that runs JavaScript. */
enum JavaScriptRuntime {
    NODE("node"),
    BUN("bun", "run"),
    DENO("deno", "run", "--allow-all", "--no-prompt");

    private final List<String> command;

    JavaScriptRuntime(String... command) {
        this.command = List.of(command);
    }

    /** {@return its name among the packages' programs, and what it takes before a file} */
    List<String> command() {
        return command;
    }
}
