'use strict';
new EventSource('events').onmessage = e => {
  const now = JSON.parse(e.data);
  document.getElementById('sentence').textContent = now.health.sentence;
};
