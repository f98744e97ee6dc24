package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.cloakwork.api.Laboratory;
import org.cloakwork.api.LaboratoryCluster;
import org.cloakwork.launcher.cli.UsageException;

/**
 * Answers to the tasks of a study, also in a file: its first line says what is measured and by which jars, each other
 * one is a task, a tabulator, and the answer. What is written is done, whatever becomes of the process. Safe for use by
 * many threads.
 */
final class LabAnswers implements AutoCloseable {

    private static final String KIND = "cloakwork-lab-2";
    private static final String JARS = "jars";

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    /** Null without a file. */
    private final RandomAccessFile file;

    /**
     * A file of answers.
     *
     * @param jars    digest of those that gave them
     * @param chosen  what is measured
     * @param answers by task
     * @param length  of the file as far as its last line is whole
     */
    record Read(String jars, Map<String, String> chosen, Map<String, String> answers, long length) {
    }

    private LabAnswers(RandomAccessFile file) {
        this.file = file;
    }

    /** {@return none yet, or those of the file if there is one} */
    static LabAnswers open(Map<String, String> chosen, String jars, Optional<Path> path)
            throws IOException, UsageException {
        if (path.isEmpty()) {
            return new LabAnswers(null);
        }
        boolean isNew = !Files.exists(path.get()) || Files.size(path.get()) == 0;
        Optional<Read> before = isNew ? Optional.empty() : Optional.of(read(path.get()));
        if (before.isPresent() && !before.get().chosen.equals(chosen)) {
            throw new UsageException(path.get() + " has answers to other options: " + before.get().chosen
                    + "; --out needs another folder");
        }
        if (before.isPresent() && !before.get().jars.equals(jars)) {
            throw new UsageException(path.get() + " has answers of other jars than those in bundles and lib: something "
                    + "was built anew, added or taken away since; --out needs another folder");
        }
        LabAnswers answers = new LabAnswers(new RandomAccessFile(path.get().toFile(), "rw"));
        if (isNew) {
            answers.write(KIND + "\t" + JARS + "=" + jars + chosen.entrySet().stream()
                    .map(entry -> "\t" + entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining()));
        } else {
            answers.answers.putAll(before.get().answers);
            answers.file.setLength(before.get().length);
            answers.file.seek(before.get().length);
        }
        return answers;
    }

    /** A last line that is not whole is left out: the process ended while it wrote. */
    static Read read(Path path) throws IOException, UsageException {
        String text;
        try {
            text = Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new UsageException(path + ": no answers of this laboratory");
        }
        text = text.substring(0, text.lastIndexOf('\n') + 1);
        List<String> lines = text.lines().toList();
        String[] words = lines.isEmpty() ? new String[0] : lines.getFirst().split("\t");
        Map<String, String> chosen = new TreeMap<>();
        for (int i = 1; i < words.length; i++) {
            String[] option = words[i].split("=", 2);
            chosen.put(option[0], option[option.length - 1]);
        }
        String jars = chosen.remove(JARS);
        if (jars == null || !words[0].equals(KIND)) {
            throw new UsageException(path + ": no answers of this laboratory");
        }
        Map<String, String> answers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int tab = line.indexOf('\t');
            if (tab < 0) {
                throw new UsageException(path + ": cannot be read at \"" + line + '"');
            }
            answers.put(line.substring(0, tab), line.substring(tab + 1));
        }
        return new Read(jars, chosen, answers, text.getBytes(StandardCharsets.UTF_8).length);
    }

    boolean has(String task) {
        return answers.containsKey(task);
    }

    long count(List<String> tasks) {
        return tasks.stream().filter(this::has).count();
    }

    Map<String, String> all() {
        return answers;
    }

    /** Does tasks, so many at a time. */
    void answer(Laboratory.Study study, List<String> tasks, int threads) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("lab-", 1).factory());
        try {
            List<Future<?>> all = new ArrayList<>();
            tasks.forEach(task -> all.add(workers.submit(() -> add(task, study.run(task)))));
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            workers.shutdownNow();
        }
    }

    /** Answers the tasks that no other process does: those of its own place first, then whatever is left. */
    void answer(Laboratory.Study study, List<String> tasks, int threads, LaboratoryCluster.Member member)
            throws Exception {
        Set<String> here = ConcurrentHashMap.newKeySet();
        ExecutorService workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("lab-", 1).factory());
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                all.add(workers.submit(() -> {
                    for (Optional<String> task = next(tasks, here, member); task.isPresent(); task = next(tasks, here,
                            member)) {
                        String answer = study.run(task.get());
                        if (add(task.get(), answer)) {
                            member.tell(task.get(), answer);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            member.end();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            workers.shutdownNow();
        }
    }

    /** Looked for anew each time, since processes come and go. What others are at is done twice at the very end. */
    private synchronized Optional<String> next(List<String> tasks, Set<String> here,
            LaboratoryCluster.Member member) {
        int place = member.place();
        int count = member.count();
        Optional<String> others = Optional.empty();
        for (int i = 0; i < tasks.size(); i++) {
            String task = tasks.get(i);
            if (has(task) || here.contains(task)) {
                continue;
            } else if (i % count == place) {
                here.add(task);
                return Optional.of(task);
            }
            others = Optional.of(task);
        }
        others.ifPresent(here::add);
        return others;
    }

    /** {@return whether it was not there} */
    boolean add(String task, String answer) {
        if (answers.putIfAbsent(task, answer) != null) {
            return false;
        }
        try {
            write(task + '\t' + answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private synchronized void write(String line) throws IOException {
        if (file != null) {
            file.write((line + '\n').getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
