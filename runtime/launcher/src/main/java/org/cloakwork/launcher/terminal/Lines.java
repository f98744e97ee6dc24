package org.cloakwork.launcher.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cloakwork.spi.runtime.OwnFiles;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Lines that somebody types to an instance, with a history that lasts and completion of what the instance has. */
public final class Lines {

    private static final int HISTORY_LINES = 500;
    private static final List<String> OWN = List.of("parts", "swap", "clients", "state", "drops", "help", "exit");

    private final Terminal terminal;
    private final Asking instance;
    private final LineReader reader;

    /** Whom to ask what can be typed. */
    @FunctionalInterface
    public interface Asking {

        /** {@return the answer to a command} */
        String ask(String command) throws IOException;
    }

    /**
     * @param terminal where they are typed
     * @param history  the file of earlier lines, for its owner alone
     * @param instance whom to ask
     */
    public Lines(Terminal terminal, Path history, Asking instance) throws IOException {
        this.terminal = terminal;
        this.instance = instance;
        if (!Files.exists(history)) {
            OwnFiles.createFile(history);
        }
        reader = LineReaderBuilder.builder().terminal(terminal).appName("cloakwork")
                .variable(LineReader.HISTORY_FILE, history).variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .completer((with, line, candidates) -> candidates(line.words().subList(0, line.wordIndex()))
                        .forEach(word -> candidates.add(new Candidate(word)))).build();
    }

    /** {@return the next line; empty: no more} */
    public Optional<String> next() {
        String prompt = new AttributedStringBuilder().styled(AttributedStyle.DEFAULT.bold(), "cloakwork> ")
                .toAnsi(terminal);
        while (true) {
            try {
                return Optional.of(reader.readLine(prompt));
            } catch (UserInterruptException e) {
                // Ctrl-C drops the line.
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    /** @param answer of the instance */
    public void print(String answer) {
        answer.lines().forEach(line -> terminal.writer().println(Colours.of(line).toAnsi(terminal)));
        terminal.flush();
    }

    /** @param before the words before the one that is typed */
    private Set<String> candidates(List<String> before) {
        try {
            if (before.isEmpty()) {
                Set<String> words = new TreeSet<>(OWN);
                instance.ask("help").lines().map(String::strip).filter(line -> line.matches("\\w+:\\w+"))
                        .forEach(words::add);
                return words;
            }
            return before.getFirst().matches("(cloakwork:)?swap") ? swap(before.subList(1, before.size())) : Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> swap(List<String> before) throws IOException {
        if (!before.isEmpty() && before.getLast().equals("--client")) {
            return column("clients", 0);
        }
        List<String> words = new ArrayList<>(before);
        int client = words.indexOf("--client");
        if (client >= 0) {
            words.subList(client, client + 2).clear();
        }
        boolean saved = words.remove("--save");
        Set<String> candidates = new TreeSet<>(words.isEmpty() ? column("parts", 0) : words.size() == 1
                ? column("parts", 1, words.getFirst()) : Set.of());
        candidates.remove("frontend");
        Stream.of(client < 0 ? "--client" : "", saved ? "" : "--save").filter(option -> !option.isEmpty())
                .forEach(candidates::add);
        return candidates;
    }

    /** {@return the words of a column of a table, without its head; of rows that begin so} */
    private Set<String> column(String command, int column, String... begin) throws IOException {
        Set<String> words = new TreeSet<>();
        instance.ask(command).lines().skip(1).takeWhile(line -> !line.isBlank()).map(line -> line.split(" +"))
                .filter(row -> row.length > column && Arrays.asList(row).subList(0, begin.length)
                        .equals(List.of(begin))).forEach(row -> words.add(row[column]));
        return words;
    }
}
