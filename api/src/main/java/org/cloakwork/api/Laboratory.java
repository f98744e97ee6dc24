package org.cloakwork.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Measures what parts are worth against those who look on, with the parts that are installed. A question is a
 * {@link Study}: tasks that know nothing of each other, each with an answer of one line, and a report that follows from
 * the answers alone. So a study may be stopped and resumed, and its tasks may be spread over threads, processes and
 * machines: the report is the same byte for byte.
 */
@ProviderType
public interface Laboratory {

    /**
     * Takes a question apart.
     *
     * @param options by name, as of the verb {@code lab}; a value that is left out takes its default
     * @return the study they ask for
     * @throws IllegalArgumentException for an option that is unknown or wrong, saying what is allowed
     */
    Study study(Map<String, String> options);

    /**
     * Finds the laboratory without OSGi.
     *
     * @return the laboratory
     * @throws IllegalStateException if there is none on the class path or module path
     */
    static Laboratory load() {
        return ServiceLoader.load(Laboratory.class, Laboratory.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no org.cloakwork.laboratory on the class path or module path"));
    }

    /** A question that is answered by many tasks. */
    @ProviderType
    interface Study {

        /** {@return the names of the tasks, in the order they are best done in; without white space} */
        List<String> tasks();

        /**
         * Does a task. Safe for use by many threads; the same task always has the same answer.
         *
         * @param task one of {@link #tasks}
         * @return the answer, a line without its end
         * @throws IllegalArgumentException if there is no such task
         */
        String run(String task);

        /**
         * Puts answers together.
         *
         * @param answers of all tasks, by name
         * @return what they say
         * @throws IllegalArgumentException if one is missing or cannot be read
         */
        Report report(Map<String, String> answers);

        /**
         * Tells what the tasks that were done here took, which is not the same each time, and so in no report.
         *
         * @return a line for people; empty if there is nothing to say
         */
        default String spent() {
            return "";
        }
    }

    /**
     * What a study found.
     *
     * @param text   for people
     * @param files  by name: tables for programs, pictures
     * @param failed what was to hold and does not; empty if all is well
     */
    record Report(String text, Map<String, String> files, List<String> failed) {

        /** Nothing is missing. */
        public Report {
            Objects.requireNonNull(text);
            files = Map.copyOf(files);
            failed = List.copyOf(failed);
        }
    }
}
