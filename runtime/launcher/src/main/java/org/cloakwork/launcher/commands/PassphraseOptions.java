package org.cloakwork.launcher.commands;

import java.io.Console;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.store.Passphrase;

/**
 * Where the passphrase of keys and state comes from: typed in, a file or file descriptor, or the environment. Never the
 * command line, which everybody on the machine can read.
 */
final class PassphraseOptions {

    private static final String ASK = "passphrase";
    private static final String FILE = "passphrase-file";
    private static final String NEW_ASK = "new-passphrase";
    private static final String NEW_FILE = "new-passphrase-file";
    private static final String NONE = "no-passphrase";
    private static final String VARIABLE = "CLOAKWORK_PASSPHRASE";

    private PassphraseOptions() {
    }

    static Options addTo(Options options) {
        return options.addOption(null, ASK, false, "keep keys and state under a passphrase, and ask for it "
                + "(default: the environment variable " + VARIABLE + ", if it is set)")
                .addOption(Arguments.option(FILE, "PATH",
                        "the same, with the passphrase on the first line of this file; /dev/fd/3: of what "
                                + "is open there"));
    }

    static Options addNewTo(Options options) {
        return options.addOption(null, NEW_ASK, false, "ask for the one that is to be from now on")
                .addOption(Arguments.option(NEW_FILE, "PATH", "the same, on the first line of this file"))
                .addOption(null, NONE, false, "keep keys and state in the clear from now on");
    }

    /**
     * @return what is to be from now on; empty: none
     * @throws UsageException if that is not said
     */
    static Optional<Passphrase> newOf(CommandLine line) throws UsageException {
        if (Stream.of(NEW_ASK, NEW_FILE, NONE).filter(line::hasOption).count() != 1) {
            throw new UsageException("one of --" + NEW_ASK + ", --" + NEW_FILE + " and --" + NONE + " is needed");
        }
        if (line.hasOption(NEW_FILE)) {
            return Optional.of(read(NEW_FILE, Path.of(line.getOptionValue(NEW_FILE))));
        }
        return line.hasOption(NEW_ASK) ? Optional.of(asked(NEW_ASK, "New passphrase: ", true)) : Optional.empty();
    }

    /**
     * @param isNew whether nothing is under it yet, so that a slip of a finger would be for good
     * @throws UsageException if there is none where it should be
     */
    static Optional<Passphrase> of(CommandLine line, boolean isNew) throws UsageException {
        if (line.hasOption(ASK) && line.hasOption(FILE)) {
            throw new UsageException("--" + ASK + " and --" + FILE + " exclude each other");
        }
        if (line.hasOption(FILE)) {
            return Optional.of(read(FILE, Path.of(line.getOptionValue(FILE))));
        }
        if (line.hasOption(ASK)) {
            return Optional.of(asked(ASK, "Passphrase: ", isNew));
        }
        String variable = System.getenv(VARIABLE);
        return variable == null ? Optional.empty()
                : Optional.of(passphrase(variable.toCharArray(), VARIABLE));
    }

    private static Passphrase passphrase(char[] text, String source) throws UsageException {
        try {
            return new Passphrase(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(source + ": " + e.getMessage());
        } finally {
            Arrays.fill(text, ' ');
        }
    }

    private static Passphrase asked(String option, String prompt, boolean isNew) throws UsageException {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword(prompt);
        if (typed == null) {
            throw new UsageException("--" + option + ": there is no terminal to ask at; --" + option + "-file"
                    + (option.equals(ASK) ? " and " + VARIABLE + " need none" : " needs none"));
        }
        if (isNew) {
            char[] again = console.readPassword("Once more, it is new: ");
            if (!Arrays.equals(typed, again)) {
                throw new UsageException("--" + option + ": that was another one");
            }
            Arrays.fill(again, ' ');
        }
        return passphrase(typed, "--" + option);
    }

    private static Passphrase read(String option, Path file) throws UsageException {
        String named = "--" + option + " " + file;
        byte[] line = SecretFile.firstLine(named, file);
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
            char[] text = new char[decoded.remaining()];
            decoded.get(text);
            return passphrase(text, named);
        } catch (CharacterCodingException e) {
            throw new UsageException(named + ": is not UTF-8");
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }
}
