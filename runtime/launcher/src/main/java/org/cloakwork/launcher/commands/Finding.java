package org.cloakwork.launcher.commands;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the doctor found out about one thing.
 *
 * @param check  what was looked at, in a word
 * @param state  how it is
 * @param text   what was seen, for people
 * @param remedy what to do; empty if nothing
 * @param millis how long it took, where that says something
 */
record Finding(String check, State state, String text, Optional<String> remedy, OptionalInt millis) {

    enum State {
        /** As it should be. */
        OK("ok"),
        /** It works, and should be known. */
        REMARK("remark"),
        /** It does not work. */
        FAULT("FAULT"),
        /** Something before it has to work first. */
        SKIPPED("skipped");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    static Finding ok(String check, String text) {
        return new Finding(check, State.OK, text, Optional.empty(), OptionalInt.empty());
    }

    static Finding ok(String check, String text, long millis) {
        return new Finding(check, State.OK, text, Optional.empty(), OptionalInt.of((int) millis));
    }

    static Finding remark(String check, String text, String remedy) {
        return new Finding(check, State.REMARK, text, Optional.of(remedy), OptionalInt.empty());
    }

    static Finding fault(String check, String text, String remedy) {
        return new Finding(check, State.FAULT, text, Optional.of(remedy), OptionalInt.empty());
    }

    static Finding skipped(String check, String before) {
        return new Finding(check, State.SKIPPED, "not looked at: " + before, Optional.empty(), OptionalInt.empty());
    }
}
