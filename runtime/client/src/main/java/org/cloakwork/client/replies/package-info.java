/** Reply blocks: those of others that answers are sent with, the keys of our own, and our tags. */
package org.cloakwork.client.replies;
