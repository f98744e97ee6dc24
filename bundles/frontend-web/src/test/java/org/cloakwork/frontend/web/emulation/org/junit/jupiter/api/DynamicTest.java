package org.cloakwork.frontend.web.emulation.org.junit.jupiter.api;

import org.junit.jupiter.api.function.Executable;

/** A name and what to do. */
public final class DynamicTest {

    private final String name;
    private final Executable executable;

    private DynamicTest(String name, Executable executable) {
        this.name = name;
        this.executable = executable;
    }

    public static DynamicTest dynamicTest(String name, Executable executable) {
        return new DynamicTest(name, executable);
    }

    public String getDisplayName() {
        return name;
    }

    public Executable getExecutable() {
        return executable;
    }
}
