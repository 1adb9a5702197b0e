// Gives the code to the panel that opened this window, and to nobody else: a page of another origin that opened it gets
// nothing. When the way back was cut, the user carries the code over by hand.
const { attemptId, code } = document.body.dataset;

if (window.opener) {
  window.opener.postMessage({ type: 'erpsync-sign-in', attemptId, code }, location.origin);
  window.close();
} else {
  document.querySelector('#by-hand').hidden = false;
  document.querySelector('#by-itself').hidden = true;
}
